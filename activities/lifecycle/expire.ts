import { claimProbe, findOpenIncident } from '../../adapters/postgres/incidents/incidents';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Changes, type TimelineEntry } from '../../adapters/postgres/integrations/apply-change';
import { type ProviderError } from '../../adapters/instagram/provider-error';
import { openToken } from '../../adapters/postgres/tokens/open-token';
import { findVersion } from '../../adapters/postgres/tokens/token-versions';
import { LAST_REFRESH_GRACE_MS } from '../../core/lifecycle/refresh-policy';
import { nextReminderAt } from '../../core/lifecycle/reminder-policy';
import { type Reason, causeOf } from '../../core/lifecycle/states';
import { type Outcome, type StepResult } from '../../core/lifecycle/steps';
import { believeAtLast } from './believe-at-last';
import { type Deps } from '../deps';
import { enterRecovery } from './enter-recovery';
import { hold } from './hold';
import { lastErrorOf, sealingError } from './last-error';
import { probeToken } from './probe-token';
import { save } from './save';
import { step } from './step';

/** Ends a wait for an answer that never came: a day after the lifetime ran out, the connection is over. */
export function expire(deps: Deps, input: { integrationId: string; version: number }): Promise<StepResult> {
  return step(deps, input.integrationId, async (row) => {
    if (row.version !== input.version || row.state === 'expired' || row.state === 'disconnected')
      return 'moved_on';
    if (deps.clock.now() < (row.expiresAt ?? 0) + LAST_REFRESH_GRACE_MS) return 'not_due';
    if (await incidentGoesOn(deps, row)) return hold(deps, await recovering(deps, row));
    return expireFor(deps, row, row.recovery?.ownerAction ?? 'lifetime_elapsed');
  });
}

/** Moves to `expired`, for one reason, told once; a reconnect is wanted from here on. @param refusal what settled it */
export async function expireFor(
  deps: Deps,
  row: Integration,
  reason: Reason,
  refusal?: ProviderError,
): Promise<Outcome> {
  const { changes, events } = expiry(reason, deps.clock.now(), refusal);
  await save(deps, row, changes, events);
  deps.counters.expiration(causeOf(reason));
  return 'expired';
}

/** What becomes of a row that expires, and what is told of it. */
export function expiry(
  reason: Reason,
  now: number,
  refusal?: ProviderError,
): { changes: Changes; events: TimelineEntry[] } {
  return {
    changes: {
      state: 'expired',
      reason,
      recovery: null,
      ...(refusal && { lastError: lastErrorOf(refusal, now) }),
      nextAttemptAt: null,
      expiredAt: now,
      remindersSent: 0,
      nextReminderAt: nextReminderAt(now, 0),
    },
    events: [{ type: 'integration.expired', data: { cause: causeOf(reason) } }],
  };
}

/** Looks into an open incident, when it is this one's turn: past their end, tokens still tell whether it is over. */
async function incidentGoesOn(deps: Deps, row: Integration): Promise<boolean> {
  const incident = await findOpenIncident(deps.pool, row);
  if (!incident) return false;
  const current = await findVersion(deps.pool, row.id, 'current');
  if (current && (await claimProbe(deps.pool, incident, deps.clock.now()))) {
    const now = deps.clock.now();
    const token = await openToken(deps.pool, deps.sealer, row, current, now).catch((error: unknown) => {
      if (sealingError(error, now)) return null;
      throw error;
    });
    if (token && (await probeToken(deps, row, token)).is === 'dead') await believeAtLast(deps, incident, row);
  }
  return (await findOpenIncident(deps.pool, row)) !== null;
}

async function recovering(deps: Deps, row: Integration): Promise<Integration> {
  return row.state === 'recovering' && row.recovery ? row : enterRecovery(deps, row, {});
}
