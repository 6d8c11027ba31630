import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { claimProbe, findOpenIncident } from '../../adapters/postgres/incidents/incidents';
import { openCurrent } from '../../adapters/postgres/tokens/open-token';
import { type Rejection } from '../../core/lifecycle/facts';
import { isUsable } from '../../core/lifecycle/states';
import { type Outcome, type StepResult } from '../../core/lifecycle/steps';
import { believeAtLast } from './believe-at-last';
import { type Deps } from '../deps';
import { enterRecovery } from './enter-recovery';
import { hold } from './hold';
import { lastRefresh } from './last-refresh';
import { lookAgain } from './look-again';
import { ownError, sealingError } from './last-error';
import { probeToken } from './probe-token';
import { decideDead, waitForOwner } from './decide-dead';
import { settlePending } from './settle-pending';
import { controlIsAlive } from './control-probe';
import { save } from './save';
import { step } from './step';
import { tryLater } from './try-later';

export interface RecoverTokenInput {
  integrationId: string;
  version: number;
  /** The refused call that led here; null when the lifetime ran out, or an operator wants a look. */
  rejection: Rejection | null;
}

/**
 * Finds out whether a refused or outlived token is dead: a look at it, at most one refresh, a decision. Whatever cannot
 * be told now is tried again by the ladder, and nobody is expired for it.
 */
export function recoverToken(deps: Deps, input: RecoverTokenInput): Promise<StepResult> {
  return step(deps, input.integrationId, async (row) => {
    if (row.version !== input.version) return 'moved_on';
    if (row.state === 'expired') return lookAgain(deps, row);
    if (!isUsable(row.state) && row.state !== 'recovering') return 'moved_on';
    const recovering = await prepare(deps, row, input.rejection);
    const outcome = await recover(deps, recovering).catch((error: unknown) => {
      const lastError = sealingError(error, deps.clock.now());
      if (!lastError) throw error;
      return tryLater(deps, recovering, { lastError });
    });
    deps.counters.recovery(outcome);
    return outcome;
  });
}

/** Brings the row to `recovering`, and from a refused call to the last refresh once the lifetime has run out. */
async function prepare(deps: Deps, row: Integration, rejection: Rejection | null): Promise<Integration> {
  const now = deps.clock.now();
  const outlived = now >= (row.expiresAt ?? 0);
  if (row.state !== 'recovering' || !row.recovery) {
    const manual: Rejection = { version: row.version, code: 0, subcode: null, source: 'recheck' };
    return enterRecovery(deps, row, outlived ? {} : { rejection: rejection ?? manual });
  }
  if (outlived && row.recovery.cause === 'rejection') {
    return save(deps, row, { recovery: { ...row.recovery, cause: 'expiry', tries: 0 } });
  }
  return row;
}

async function recover(deps: Deps, row: Integration): Promise<Outcome> {
  const incident = await findOpenIncident(deps.pool, row);
  const lookedAt = deps.clock.now();
  if (incident && !(await claimProbe(deps.pool, incident, lookedAt))) return hold(deps, row);
  const settled = await settlePending(deps, row, 'recovery');
  if (settled.is === 'promoted') return 'refreshed';
  if (row.recovery?.cause === 'expiry') return lastRefresh(deps, row);

  const token = await openCurrent(deps.pool, deps.sealer, row, deps.clock.now());
  const verdict = await probeToken(deps, row, token);
  switch (verdict.is) {
    case 'alive':
      return falseAlarm(deps, row);
    case 'other_account':
      deps.logger.error({ integrationId: row.id }, 'the stored token belongs to another account');
      return tryLater(deps, row, {
        lastError: ownError('other_account', 'The token belongs to another account.', deps.clock.now()),
      });
    case 'owner_action':
      return waitForOwner(deps, row, verdict.error);
    case 'dead':
      if (incident) await believeAtLast(deps, incident, row);
      return decideDead(deps, row, verdict.failure.reason ?? 'invalidated', verdict.error, lookedAt);
    case 'ambiguous':
      // Unreadable may mean that we hold it wrong: only a control that lives makes it this token's own trouble.
      if (await controlIsAlive(deps, row)) {
        return decideDead(deps, row, 'invalidated', verdict.error, lookedAt);
      }
      return tryLater(deps, row, { error: verdict.error });
    case 'unclear':
      if (verdict.failure.class === 'app_level') return hold(deps, row);
      return tryLater(deps, row, { error: verdict.error });
  }
}

/** The token lives after all: back to where it came from, its ladder as it was. */
async function falseAlarm(deps: Deps, row: Integration): Promise<Outcome> {
  const state = row.recovery?.returnTo ?? 'active';
  // On the ladder the error is why it is there; otherwise nothing is wrong any more.
  const lastError = state === 'refreshing' ? row.lastError : null;
  await save(deps, row, { state, recovery: null, lastError }, [
    { type: 'token.recovered', data: { how: 'verified' } },
  ]);
  return 'verified_ok';
}
