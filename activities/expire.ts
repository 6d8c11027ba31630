import { type Integration } from '../adapters/postgres/integration-row';
import { type ProviderError } from '../adapters/instagram/provider-error';
import { LAST_REFRESH_GRACE_MS } from '../core/refresh-policy';
import { nextReminderAt } from '../core/reminder-policy';
import { type Reason, causeOf } from '../core/states';
import { type Outcome, type StepResult } from '../core/steps';
import { type Deps } from './deps';
import { lastErrorOf } from './last-error';
import { save } from './save';
import { step } from './step';

/** Ends a wait for an answer that never came: a day after the lifetime ran out, the connection is over. */
export function expire(deps: Deps, input: { integrationId: string; version: number }): Promise<StepResult> {
  return step(deps, input.integrationId, async (row) => {
    if (row.version !== input.version || row.state === 'expired' || row.state === 'disconnected')
      return 'moved_on';
    if (deps.clock.now() < (row.expiresAt ?? 0) + LAST_REFRESH_GRACE_MS) return 'not_due';
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
  const now = deps.clock.now();
  await save(
    deps,
    row,
    {
      state: 'expired',
      reason,
      recovery: null,
      ...(refusal && { lastError: lastErrorOf(refusal, now) }),
      nextAttemptAt: null,
      expiredAt: now,
      remindersSent: 0,
      nextReminderAt: nextReminderAt(now, 0),
    },
    [{ type: 'integration.expired', data: { cause: causeOf(reason) } }],
  );
  deps.counters.expiration(causeOf(reason));
  return 'expired';
}
