import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';

/**
 * When calls to Instagram are delayed or held back: by documented limits per account, by the usage that responses
 * report, and after a throttled call. Retrying while throttled prolongs the throttling.
 * @see https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */

/** `vital`: probes and refreshes, which keep tokens alive. */
export type CallKind = 'read' | 'send' | 'vital';

/**
 * At most `calls` start within any `windowMs`, per account: two conversation calls a second, plus a fifth for uneven
 * latency, and 100 sends a second, evenly spread.
 */
export const RATE_LIMITS: Record<Exclude<CallKind, 'vital'>, { calls: number; windowMs: number }> = {
  read: { calls: 2, windowMs: 1.2 * SECOND_MS },
  send: { calls: 1, windowMs: 10 },
};
/** Refreshes of one app that start within a second, over all workers. A fleet that is all due at once is worked off by it. */
export const REFRESHES_PER_SECOND = 100;
/** A refresh waits for its slot in the activity, whose place in the queue is what is scarce. */
export const MAX_REFRESH_WAIT_MS = 40 * SECOND_MS;
/** A call whose slot is further away is refused. */
export const MAX_SLOT_WAIT_MS = 5 * SECOND_MS;

/** Percent of Meta's limit from which reads pause, so that refreshes have room. */
const READ_COOLDOWN_PERCENT = 90;
const FULL_COOLDOWN_PERCENT = 100;
const READ_COOLDOWN_MS = 1 * MINUTE_MS;
const DEFAULT_COOLDOWN_MS = 5 * MINUTE_MS;
const MIN_COOLDOWN_MS = 1 * MINUTE_MS;
const MAX_COOLDOWN_MS = 6 * HOUR_MS;
/** A token with less time left is probed and refreshed during a cooldown: losing it is worse than a refused call. */
export const URGENT_WITHIN_MS = 1 * DAY_MS;

/** The usage that a response reports. */
export interface Usage {
  /** The highest of all figures, in percent of the limit. */
  percent: number;
  /** Time until calls are accepted again, in ms; 0: not reported. */
  regainMs: number;
}

/** How long calls pause from now on, in ms. */
export interface Cooldown {
  readsMs: number;
  callsMs: number;
}

/** The cooldown for a reported usage; null: none. */
export function cooldownForUsage({ percent, regainMs }: Usage): Cooldown | null {
  if (percent >= FULL_COOLDOWN_PERCENT || regainMs > 0) {
    const callsMs = clamp(regainMs > 0 ? regainMs : DEFAULT_COOLDOWN_MS);
    return { readsMs: callsMs, callsMs };
  }
  return percent >= READ_COOLDOWN_PERCENT ? { readsMs: READ_COOLDOWN_MS, callsMs: 0 } : null;
}

/**
 * The cooldown after a throttled call: what the provider asks for, or 5 minutes, doubled with each further throttled
 * call. Between 1 minute and 6 hours. Reads resume a little later than probes and refreshes.
 * @param askedMs the provider's request; null: none
 * @param earlierThrottles throttled calls before this one without a quiet hour in between
 */
export function cooldownForRefusal(askedMs: number | null, earlierThrottles: number): Cooldown {
  const callsMs = clamp(askedMs ?? DEFAULT_COOLDOWN_MS * 2 ** Math.min(earlierThrottles, 10));
  return { readsMs: callsMs + READ_COOLDOWN_MS / 2, callsMs };
}

function clamp(ms: number): number {
  return Math.min(Math.max(ms, MIN_COOLDOWN_MS), MAX_COOLDOWN_MS);
}
