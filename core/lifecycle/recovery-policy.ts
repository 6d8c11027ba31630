import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time';
import { type Recovery } from './connection';
import { jittered } from './refresh-policy';

/** Waits between attempts while it is unclear whether a refused token is dead. */
const UNCLEAR_LADDER_MS = [2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600].map((s) => s * SECOND_MS);
/** Waits between probes while the owner has something to do on Instagram: 15 min … 6 h. */
const OWNER_LADDER_MS = [15, 30, 60, 120, 240, 360].map((minutes) => minutes * MINUTE_MS);
/** A version too young to be refreshed is probed again after these waits before it is believed dead. */
export const YOUNG_REPROBE_MS = [1 * SECOND_MS, 3 * SECOND_MS];

/** The answer of a refresh may still be stored for this long: its process may be alive and wait for the database. */
export const LOST_ANSWER_WAIT_MS = 10 * MINUTE_MS;

/**
 * For how much longer an answer may arrive, in ms; 0: it will not.
 * @param lostAt epoch ms at which a refresh was sent whose answer is missing; null: none is
 */
export function answerMayTakeMs(lostAt: number | null, now: number): number {
  return lostAt === null ? 0 : Math.max(0, lostAt + LOST_ANSWER_WAIT_MS - now);
}

/** A waiter is answered `undecided` after this long: under the 20 s that callers are promised, for the way there and back. */
export const DECISION_WAIT_MS = 18 * SECOND_MS;
/** Callers that ask within one slot share one update id, and so one answer. */
export const UPDATE_SLOT_MS = 20 * SECOND_MS;
/** A report of one version thins further reports for this long. */
export const REPORT_LEASE_MS = 30 * SECOND_MS;

const QUIET_MS = 30 * SECOND_MS;
const QUIET_MAX_MS = 10 * MINUTE_MS;

/** ms until the next try after `tries` unclear ones (1 = the first). */
export function unclearDelayMs(tries: number, random: number): number {
  return rung(UNCLEAR_LADDER_MS, tries, random);
}

/** ms until the next probe of an account whose owner must act on Instagram. */
export function ownerActionDelayMs(tries: number, random: number): number {
  return rung(OWNER_LADDER_MS, tries, random);
}

/** Whether the attempts of a recovery are minutes apart by now. */
export function isSlow({ tries, ownerAction }: Pick<Recovery, 'tries' | 'ownerAction'>): boolean {
  return ownerAction !== null || (UNCLEAR_LADDER_MS[tries - 1] ?? (tries > 0 ? HOUR_MS : 0)) > MINUTE_MS;
}

/** How long a successful probe answers for later reports; doubles with each false alarm, to 10 minutes. */
export function quietMs(falseAlarms: number): number {
  return Math.min(QUIET_MS * 2 ** Math.max(0, falseAlarms - 1), QUIET_MAX_MS);
}

function rung(ladder: readonly number[], tries: number, random: number): number {
  const index = Math.min(Math.max(tries, 1), ladder.length) - 1;
  return jittered(ladder[index] ?? HOUR_MS, random);
}
