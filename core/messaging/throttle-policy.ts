import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';

/**
 * How calls are limited: by limits that Meta documents per account, by what an answer says about the use so far,
 * and after a refusal for too many calls. Calling on while refused prolongs it.
 * @see https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export type CallKind = 'read' | 'send' | 'vital';

/**
 * At most `calls` begin within any `windowMs`, per account: two conversation calls a second, with a tenth more for the
 * uneven way to Instagram, and 100 sends a second, spread evenly.
 */
export const RATE_LIMITS: Record<Exclude<CallKind, 'vital'>, { calls: number; windowMs: number }> = {
  read: { calls: 2, windowMs: 1.1 * SECOND_MS },
  send: { calls: 1, windowMs: 10 },
};
/** A call whose turn is further off is refused instead. */
export const MAX_SLOT_WAIT_MS = 5 * SECOND_MS;

/** In percent of what Meta allows: reads wait from here on, so that refreshes find room. */
const READS_WAIT_FROM = 90;
const ALL_WAIT_FROM = 100;
const READS_WAIT_MS = 1 * MINUTE_MS;
const FIRST_PARK_MS = 5 * MINUTE_MS;
const SHORTEST_PARK_MS = 1 * MINUTE_MS;
const LONGEST_PARK_MS = 6 * HOUR_MS;
/** A token with less than this left is probed and refreshed all the same: a grant is worth a refused call. */
export const URGENT_WITHIN_MS = 1 * DAY_MS;

/** The use of one limit as an answer tells it. */
export interface Usage {
  /** Percent, the highest of all figures. */
  percent: number;
  /** How long until calls are taken again, in ms; 0 when it does not say. */
  regainMs: number;
}

/** For how long calls wait from now on, in ms. */
export interface Cooldown {
  readsMs: number;
  callsMs: number;
}

/** What usage figures ask for; null when there is room. */
export function cooldownForUsage({ percent, regainMs }: Usage): Cooldown | null {
  if (percent >= ALL_WAIT_FROM || regainMs > 0) {
    const callsMs = clampPark(regainMs > 0 ? regainMs : FIRST_PARK_MS);
    return { readsMs: callsMs, callsMs };
  }
  return percent >= READS_WAIT_FROM ? { readsMs: READS_WAIT_MS, callsMs: 0 } : null;
}

/**
 * How long calls wait after a refusal: what the provider says, else 5 minutes, doubled with each refusal that follows;
 * between 1 minute and 6 hours. Reads come back a little later than what keeps tokens alive.
 * @param strikes refusals before this one without a quiet hour between them
 */
export function cooldownForRefusal(askedMs: number | null, strikes: number): Cooldown {
  const callsMs = clampPark(askedMs ?? FIRST_PARK_MS * 2 ** Math.min(strikes, 10));
  return { readsMs: callsMs + READS_WAIT_MS / 2, callsMs };
}

function clampPark(ms: number): number {
  return Math.min(Math.max(ms, SHORTEST_PARK_MS), LONGEST_PARK_MS);
}
