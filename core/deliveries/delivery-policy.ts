import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';

/** How long deliveries are retried, and when a failing endpoint is disabled. */

/**
 * Pauses before each attempt at a webhook, starting with none: 75 hours in total, so that a consumer that was down for
 * three days misses no event.
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

/** The same for email, while the mail server is unavailable: two days in total. */
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

/** An endpoint without a 2xx answer for this long is disabled. */
export const DISABLE_AFTER_MS = 5 * DAY_MS;
/** After a rotation, deliveries are signed with both secrets for this long. */
export const SECRET_OVERLAP_MS = DAY_MS;

/** Jitter only lengthens a pause, so that the total never gets shorter. */
const JITTER = 0.1;
const RETRY_AFTER_MAX_MS = 24 * HOUR_MS;

/**
 * How long to wait after `tries` attempts; null: that was the last one.
 * @param random uniform in [0, 1)
 * @param retryAfterMs the receiver's `Retry-After`: a minimum, honoured up to one day
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
