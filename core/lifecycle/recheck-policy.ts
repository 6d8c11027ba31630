import { MINUTE_MS, SECOND_MS } from '../time';

/**
 * How often a connection is looked at because somebody asked. People are answered by a check of their own; a program that
 * asks without end gets what the last ones showed. So looks add at most 68 checks a day to a lifecycle's history.
 */
export const RECHECKS_AT_ONCE = 20;
/** Beyond those, one in this time. */
export const RECHECK_EVERY_MS = 30 * MINUTE_MS;
/** Whoever asks within this time of another shares the answer. */
export const RECHECK_SHARED_MS = 1 * SECOND_MS;

/** A failed refresh is tried again at once for the first that ask, since what failed may be over. */
const ASKED_AT_ONCE = 4;
const ANSWER_FOR_MS = 1 * MINUTE_MS;
const ANSWER_FOR_AT_MOST_MS = 30 * MINUTE_MS;

/**
 * How long the last failed refresh answers for pages that ask on load, in ms: doubling from a minute to half an hour.
 * Every attempt counts as a failure, so however many pages are opened, 60 attempts a day is the most.
 * @param failedAttempts in a row
 */
export function failureAnswersMs(failedAttempts: number): number {
  if (failedAttempts <= ASKED_AT_ONCE) return 0;
  return Math.min(ANSWER_FOR_MS * 2 ** (failedAttempts - ASKED_AT_ONCE - 1), ANSWER_FOR_AT_MOST_MS);
}
