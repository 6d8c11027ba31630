import { type LifecycleFacts } from './facts';
import { WARNING_DAYS } from './refresh-policy';
import { DAY_MS } from '../time';

/** With less left, a failing connection is about to end. */
const URGENT_DAYS = 3;

/** How a connection is doing, for people and lists. `neutral`: there is no token to lose. */
export type Health = 'good' | 'warning' | 'bad' | 'neutral';

/** @param now epoch ms */
export function healthOf(
  { state, expiresAt, failedAttempts }: Pick<LifecycleFacts, 'state' | 'expiresAt' | 'failedAttempts'>,
  now: number,
): Health {
  if (state === 'pending' || state === 'disconnected') return 'neutral';
  if (state === 'expired') return 'bad';
  const leftMs = (expiresAt ?? now) - now;
  // A healthy token is refreshed long before.
  if (leftMs < URGENT_DAYS * DAY_MS) return 'bad';
  const isInDoubt = state === 'recovering' || failedAttempts > 0;
  return isInDoubt || leftMs <= WARNING_DAYS * DAY_MS ? 'warning' : 'good';
}
