import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { isSlow } from '../../../core/lifecycle/recovery-policy';
import { SECOND_MS } from '../../../core/time';

const SOON_SECONDS = 5;
const AT_MOST_SECONDS = 60;

/**
 * Whether the next check of a recovery is more than `waitMs` away, so that waiting for it is pointless. One that is
 * checked every few minutes at most is not waited for at all: many who watch it would all wait in its history.
 */
export function nextCheckIsAfter(row: Integration, waitMs: number, now: number): boolean {
  if (row.state !== 'recovering' || !row.recovery) return false;
  return row.recovery.nextAttemptAt > now + (isSlow(row.recovery) ? 0 : waitMs);
}

/** Seconds until a recovery should be asked about again: after its next check, and within a minute. */
export function recheckAfterSeconds(row: Integration, now: number): number {
  const next = Math.ceil(((row.recovery?.nextAttemptAt ?? 0) - now) / SECOND_MS);
  return Math.min(Math.max(next, SOON_SECONDS), AT_MOST_SECONDS);
}
