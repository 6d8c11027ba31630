import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findOpenIncident } from '../../adapters/postgres/incidents/incidents';
import { hasLostAttempt } from '../../adapters/postgres/tokens/refresh-attempts';
import { type ProviderError } from '../../adapters/instagram/provider-error';
import { MINIMUM_REFRESH_AGE_MS } from '../../core/lifecycle/refresh-policy';
import { YOUNG_REPROBE_MS, ownerActionDelayMs } from '../../core/lifecycle/recovery-policy';
import { type Reason } from '../../core/lifecycle/states';
import { type Outcome } from '../../core/lifecycle/steps';
import { type Deps } from '../deps';
import { declareDead } from './declare-dead';
import { hold } from './hold';
import { lastErrorOf, ownError } from './last-error';
import { refreshOnce } from './refresh-once';
import { save } from './save';
import { settlePending } from './settle-pending';
import { tryLater } from './try-later';

interface Verdict {
  reason: Reason;
  error: ProviderError;
  lookedAt: number;
}

/**
 * A look said that the token is dead. Before it is believed: a token too young to be refreshed is looked at twice
 * more; any other gets its version's one recovery refresh.
 * @param lookedAt epoch ms at which the look began
 */
export async function decideDead(
  deps: Deps,
  row: Integration,
  reason: Reason,
  error: ProviderError,
  lookedAt: number,
): Promise<Outcome> {
  const now = deps.clock.now();
  const verdict = { reason, error, lookedAt };
  if (await findOpenIncident(deps.pool, row)) return hold(deps, row);
  if (now < (row.issuedAt ?? 0) + MINIMUM_REFRESH_AGE_MS) return believeAfterLooks(deps, row, verdict);
  if (reason === 'deauthorized' || row.recoveryRefreshVersion === row.version)
    return over(deps, row, verdict);

  const stored = await settlePending(deps, row, 'recovery', { currentIsDead: true });
  if (stored.is === 'promoted') return 'refreshed';
  const result = await refreshOnce(deps, row, 'recovery');
  switch (result.is) {
    case 'refreshed':
      return 'refreshed';
    case 'failed':
      if (saysNothing(result.error)) return tryLater(deps, row, { error: result.error });
      return over(deps, await useUp(deps, row), verdict);
    case 'useless':
      return over(deps, await useUp(deps, row), verdict);
    case 'under_way':
      return tryLater(deps, row, { delayMs: Math.max(1_000, result.until - now) });
    default:
      return tryLater(deps, row, {
        lastError: ownError('unproven', 'The refreshed token could not be proven yet.', now),
      });
  }
}

/** Instagram wants something of the owner; the token itself is fine, so nobody is asked to reconnect. */
export function waitForOwner(deps: Deps, row: Integration, error: ProviderError): Promise<Outcome> {
  const now = deps.clock.now();
  const wanted = error.failure.reason === 'account_unusable' ? 'account_unusable' : 'checkpoint';
  const tries = row.recovery?.ownerAction ? row.recovery.tries : 0;
  return tryLater(deps, row, {
    lastError: { ...lastErrorOf(error, now), code: 'user_action_required' },
    delayMs: ownerActionDelayMs(tries + 1, deps.random()),
    changes: { ownerAction: wanted },
    // Once for each thing that is wanted.
    events:
      row.recovery?.ownerAction === wanted
        ? []
        : [{ type: 'token.owner_action_required', data: { reason: wanted } }],
  });
}

/** Whether a refused refresh leaves open if the token could still be saved. */
export function saysNothing(error: ProviderError): boolean {
  return ['transient', 'throttled', 'app_level'].includes(error.failure.class);
}

async function believeAfterLooks(deps: Deps, row: Integration, verdict: Verdict): Promise<Outcome> {
  const looks = row.recovery?.youngProbes ?? 0;
  const delayMs = YOUNG_REPROBE_MS[looks];
  if (delayMs === undefined) return over(deps, row, verdict);
  return tryLater(deps, row, { error: verdict.error, delayMs, changes: { youngProbes: looks + 1 } });
}

/** An earlier refresh whose answer never came explains a dead token better than anything else, save a clear farewell. */
async function over(deps: Deps, row: Integration, { reason, error, lookedAt }: Verdict): Promise<Outcome> {
  const lost = reason !== 'deauthorized' && (await hasLostAttempt(deps.pool, row));
  return declareDead(deps, row, lost ? 'response_lost' : reason, error, lookedAt);
}

function useUp(deps: Deps, row: Integration): Promise<Integration> {
  return save(deps, row, { recoveryRefreshVersion: row.version });
}
