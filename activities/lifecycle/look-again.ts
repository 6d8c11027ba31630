import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { openToken } from '../../adapters/postgres/tokens/open-token';
import { findVersion } from '../../adapters/postgres/tokens/token-versions';
import { nextReminderAt } from '../../core/lifecycle/reminder-policy';
import { type Outcome, type StepResult } from '../../core/lifecycle/steps';
import { type Deps } from '../deps';
import { sealingError } from './last-error';
import { probeToken } from './probe-token';
import { refreshOnce } from './refresh-once';
import { save } from './save';
import { settlePending } from './settle-pending';
import { step } from './step';

/** Reminds the owner of an expired connection, after a look whether its token lives after all. */
export function remind(deps: Deps, input: { integrationId: string; version: number }): Promise<StepResult> {
  return step(deps, input.integrationId, async (row) => {
    if (row.state !== 'expired' || row.version !== input.version) return 'moved_on';
    const now = deps.clock.now();
    if (row.paused || row.nextReminderAt === null || now < row.nextReminderAt) return 'not_due';
    const outcome = await lookAgain(deps, row);
    if (outcome !== 'expired') return outcome;
    const sent = row.remindersSent + 1;
    await save(
      deps,
      row,
      { remindersSent: sent, nextReminderAt: nextReminderAt(row.expiredAt ?? now, sent) },
      [{ type: 'integration.reminder', data: { number: sent } }],
    );
    return 'done';
  });
}

/** Takes an expired integration back into use when its token turns out to live. One that cannot be opened stays as it is. */
export function lookAgain(deps: Deps, row: Integration): Promise<Outcome> {
  return look(deps, row).catch((error: unknown) => {
    if (sealingError(error, 0)) return 'expired';
    throw error;
  });
}

async function look(deps: Deps, row: Integration): Promise<Outcome> {
  const settled = await settlePending(deps, row, 'recovery');
  if (settled.is === 'promoted') return 'refreshed';
  const current = await findVersion(deps.pool, row.id, 'current');
  if (!current) return 'expired';
  const token = await openToken(deps.pool, deps.sealer, row, current, deps.clock.now());
  const verdict = await probeToken(deps, row, token);
  if (verdict.is !== 'alive') return 'expired';

  if (deps.clock.now() < current.expiresAt) {
    await save(
      deps,
      row,
      {
        state: 'active',
        reason: null,
        recoveryRefreshVersion: null,
        expiredAt: null,
        nextReminderAt: null,
        lastError: null,
      },
      [{ type: 'token.recovered', data: { how: 'verified' } }],
    );
    return 'verified_ok';
  }
  // By our record its life is over, and nothing is handed out past that: only a refresh brings it back.
  const result = await refreshOnce(deps, row, 'recovery');
  return result.is === 'refreshed' ? 'refreshed' : 'expired';
}
