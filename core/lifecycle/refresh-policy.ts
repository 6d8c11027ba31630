import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time';

/**
 * When a token is refreshed, retried, warned about. Meta's rules: a long-lived token can be refreshed only while it
 * is valid and at least 24 hours old, and is then valid for 60 days from the refresh.
 * @see https://developers.facebook.com/documentation/instagram-platform/reference/refresh_access_token
 */
export const REFRESH_MARGIN_DAYS = 14;
export const REFRESH_JITTER_MS = 24 * HOUR_MS;
export const MINIMUM_REFRESH_AGE_MS = 24 * HOUR_MS;
/** A grant valid for no longer than this could never be refreshed, and is refused at connect. */
export const MINIMUM_GRANT_LIFE_MS = 25 * HOUR_MS;
/** Meta issues nothing with a longer lifetime; a larger `expires_in` is clamped to this. */
export const MAXIMUM_GRANT_LIFE_MS = 90 * DAY_MS;
/** A token that ended less than this ago still gets one last refresh. */
export const LAST_REFRESH_GRACE_MS = 24 * HOUR_MS;

/** The last refresh is tried for a day from when the lifetime ran out, or when that was noticed. Epoch ms. */
export function lastRefreshEndsAt(expiresAt: number, noticedAt: number): number {
  return Math.max(expiresAt, noticedAt) + LAST_REFRESH_GRACE_MS;
}
export const WARNING_DAYS = 7;
export const PAUSE_OVERRIDE_DAYS = 3;
/** After this long without a success `token.refresh_failing` is sent, once per version. */
export const FAILING_NOTICE_AFTER_MS = 24 * HOUR_MS;

const SHORT_LIFE_MS = 28 * DAY_MS;

export interface Lifetime {
  /** Epoch ms of the request that produced the token. */
  issuedAt: number;
  /** Epoch ms from which the token is dead. */
  expiresAt: number;
}

/**
 * The instant to refresh at: 14 days before expiry, earlier by a jitter drawn once per version; a life under 28 days
 * is refreshed at two thirds of it. Never before the token is 24 hours old.
 * @param random uniform in [0, 1), drawn once when the version is stored
 * @returns epoch ms
 */
export function refreshAtFor({ issuedAt, expiresAt }: Lifetime, random: number): number {
  const life = expiresAt - issuedAt;
  const planned =
    life < SHORT_LIFE_MS
      ? issuedAt + (life * 2) / 3
      : expiresAt - REFRESH_MARGIN_DAYS * DAY_MS - random * REFRESH_JITTER_MS;
  return Math.round(Math.max(planned, refreshableAt(issuedAt)));
}

/** Of many that are taken over at once: how far apart the refreshes of undated tokens are. */
const UNDATED_SPREAD_MS = 6 * HOUR_MS;

/**
 * The instant to refresh at for one of many tokens that are taken over at once. What is due is put off by an eighth of the
 * time until its warning, ±10 %: about a day for two weeks left, not at all for less than one. So refreshes are spread,
 * and those with the least time left come first.
 * @param random uniform in [0, 1)
 * @returns epoch ms
 */
export function spreadRefreshAt(
  { refreshAt, ...lifetime }: Lifetime & { refreshAt: number },
  now: number,
  random: number,
): number {
  if (refreshAt <= now) return now + jittered(Math.max(0, warnAt(lifetime) - now) / 8, random);
  const isUndated = refreshAt === refreshableAt(lifetime.issuedAt);
  return isUndated ? Math.round(refreshAt + random * UNDATED_SPREAD_MS) : refreshAt;
}

/** Meta's default: a long-lived token is valid for 60 days. */
export const USUAL_LIFE_MS = 60 * DAY_MS;

/** A token whose expiry is unknown: refreshed as soon as it is old enough, which also dates it. */
export function undatedLifetime(issuedAt: number): Lifetime & { refreshAt: number } {
  return {
    issuedAt,
    expiresAt: issuedAt + USUAL_LIFE_MS,
    refreshAt: refreshableAt(issuedAt),
  };
}

/**
 * The instant from which Meta refreshes a token: 24 hours after it was issued.
 * @param issuedAt epoch ms; null counts as long ago
 * @returns epoch ms
 * @see https://developers.facebook.com/documentation/instagram-platform/reference/refresh_access_token
 */
export function refreshableAt(issuedAt: number | null): number {
  return (issuedAt ?? 0) + MINIMUM_REFRESH_AGE_MS;
}

/** ±10 %, so that many waits that began together do not end together. @param random uniform in [0, 1) */
export function jittered(ms: number, random: number): number {
  return Math.round(ms * (0.9 + random * 0.2));
}

/**
 * From here on an unrefreshed token is warned about, once per version: 7 days before expiry, or the last eighth of a
 * life under 28 days.
 * @returns epoch ms
 */
export function warnAt({ issuedAt, expiresAt }: Lifetime): number {
  const life = expiresAt - issuedAt;
  return expiresAt - (life < SHORT_LIFE_MS ? life / 8 : WARNING_DAYS * DAY_MS);
}

/**
 * From here on even a paused integration is refreshed, since a preference must never cost a grant: 3 days before
 * expiry, or the last twentieth of a shorter life.
 * @returns epoch ms
 */
export function pauseOverrideAt({ issuedAt, expiresAt }: Lifetime): number {
  return expiresAt - Math.min(PAUSE_OVERRIDE_DAYS * DAY_MS, (expiresAt - issuedAt) / 20);
}

/** Waits between failed refreshes: 1, 2, 5, 10, 20, 30 min, 1, 2, 3, 6 h, then every 6 h. */
const REFRESH_LADDER_MS = [1, 2, 5, 10, 20, 30, 60, 120, 180, 360].map((minutes) => minutes * MINUTE_MS);

/**
 * How long to wait after the n-th failed refresh (1 = the first), in ms. Tightens as the deadline nears: never longer
 * than an eighth of what is left, never under a minute, ±10 %.
 */
export function ladderDelayMs(failedAttempts: number, remainingMs: number, random: number): number {
  const rung = Math.min(Math.max(failedAttempts, 1), REFRESH_LADDER_MS.length) - 1;
  return clampDelay(jittered(REFRESH_LADDER_MS[rung] ?? 6 * HOUR_MS, random), remainingMs);
}

/**
 * How long to wait when throttled: what the provider says (5 min if it does not), between 1 min and the smaller of 6 h
 * and an eighth of the time left.
 * @returns ms
 */
export function throttledDelayMs(retryAfterMs: number | null, remainingMs: number): number {
  const asked = retryAfterMs !== null && Number.isFinite(retryAfterMs) ? retryAfterMs : 5 * MINUTE_MS;
  return clampDelay(Math.min(asked, 6 * HOUR_MS), remainingMs);
}

/** How long to wait when Instagram refuses to refresh this kind of token: a day, less as expiry nears. @returns ms */
export function unsupportedDelayMs(remainingMs: number): number {
  return clampDelay(DAY_MS, remainingMs);
}

function clampDelay(delayMs: number, remainingMs: number): number {
  return Math.round(Math.max(MINUTE_MS, Math.min(delayMs, remainingMs / 8)));
}

/**
 * Meta's `expires_in`, made safe: null when it is no positive number, clamped to 90 days.
 * @param expiresInSeconds as it came, a number or text
 */
export function clampLifeMs(expiresInSeconds: unknown): { lifeMs: number; clamped: boolean } | null {
  const seconds = typeof expiresInSeconds === 'string' ? Number(expiresInSeconds) : expiresInSeconds;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) return null;
  const lifeMs = seconds * 1000;
  return { lifeMs: Math.min(lifeMs, MAXIMUM_GRANT_LIFE_MS), clamped: lifeMs > MAXIMUM_GRANT_LIFE_MS };
}
