import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';

/** How often, and for how long, a round goes on after its owner came back from Instagram. */

/** What a round has got so far: each is exchanged for the next. */
export const HOLDINGS = ['code', 'short_lived', 'long_lived'] as const;
export type Holding = (typeof HOLDINGS)[number];

/** An owner has this long on Instagram's pages, and may reload the result for this long. */
export const OAUTH_STATE_LIFE_MS = 10 * MINUTE_MS;

/**
 * How long a round goes on with what it has: a code and a short-lived token are valid for an hour, and what was
 * exchanged for a long-lived token is given a day.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
 */
export const HOLDING_LIFE_MS: Readonly<Record<Holding, number>> = {
  code: HOUR_MS,
  short_lived: HOUR_MS,
  long_lived: 24 * HOUR_MS,
};

/** Pauses while the owner's browser waits: some 15 seconds in all. */
export const WAITING_LADDER_MS: readonly number[] = [250, 500, 1_000, 2_000, 3_000, 4_000, 4_000];
export const WAITING_MS = 15 * SECOND_MS;
/** The browser gets an answer within this, whatever is under way. */
export const ANSWER_WITHIN_MS = 18 * SECOND_MS;

const LATER_LADDER_MS = [5, 10, 20, 30, 60, 120, 300].map((seconds) => seconds * SECOND_MS);

/** The pause before the next try in the background, in ms. @param tries so far, at least 1 */
export function laterMs(tries: number): number {
  return LATER_LADDER_MS[Math.min(tries, LATER_LADDER_MS.length) - 1] ?? 5 * SECOND_MS;
}

/** Longer than everything that one process does with a round before it notes that it goes on: then it is gone. */
export const ROUND_LEASE_MS = MINUTE_MS;
