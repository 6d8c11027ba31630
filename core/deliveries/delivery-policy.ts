import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';

/** How long an event is tried to be delivered, and what becomes of an endpoint that takes none. */

/**
 * Pauses before each attempt at a webhook, the first of them at once: 75 hours in all, so that a consumer that was away
 * for three days misses nothing.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const WEBHOOK_LADDER_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** The same for a mail server that does not answer or says "later": two days. */
export const MAIL_LADDER_MS: readonly number[] = [
  0,
  1 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  1 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
];

/** An endpoint that has answered nothing with 2xx for so long is disabled. */
export const FAILING_AT_MOST_MS = 5 * DAY_MS;
/** How long the secret before signs beside the new one. */
export const OLD_SECRET_LIFE_MS = DAY_MS;
/** Deliveries that are over are kept this long. */
export const DELIVERIES_KEPT_MS = 30 * DAY_MS;

/** Only later, so that the whole never gets shorter. */
const JITTER = 0.1;
const RETRY_AFTER_MAX_MS = 24 * HOUR_MS;

/**
 * How long to wait after `tries` attempts, or null when that was the last.
 * @param random uniform in [0, 1)
 * @param retryAfterMs what the other side asked for: never earlier, though at most a day
 */
export function pauseAfter(
  ladder: readonly number[],
  tries: number,
  random: number,
  retryAfterMs: number | null = null,
): number | null {
  const step = ladder[tries];
  if (step === undefined) return null;
  const pauseMs = Math.round(step * (1 + random * JITTER));
  return Math.max(pauseMs, Math.min(RETRY_AFTER_MAX_MS, retryAfterMs ?? 0));
}

/** Reads `Retry-After`, seconds or a date. @returns ms, or null when it says nothing. @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * SECOND_MS;
  const at = / GMT$/.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
