import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { SECOND_MS } from '../../../core/time';

const SOON_SECONDS = 5;
const AT_MOST_SECONDS = 60;

/** Whether a recovery under way will not be looked at again within `patienceMs`: then waiting for it is of no use. */
export function nextCheckIsAfter(row: Integration, patienceMs: number, now: number): boolean {
  return row.state === 'recovering' && (row.recovery?.nextAttemptAt ?? 0) > now + patienceMs;
}

/** When to ask again about a token that is being looked at, in seconds: after the next look, within a minute. */
export function recheckAfterSeconds(row: Integration, now: number): number {
  const next = Math.ceil(((row.recovery?.nextAttemptAt ?? 0) - now) / SECOND_MS);
  return Math.min(Math.max(next, SOON_SECONDS), AT_MOST_SECONDS);
}
