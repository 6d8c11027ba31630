import { MINUTE_MS, SECOND_MS } from '../time';

/** How often something is done for those who ask: so many times at once, and beyond those one in `everyMs`. */
export interface AskedLimit {
  atOnce: number;
  everyMs: number;
}

/**
 * How often a connection is looked at because somebody asked. People are answered by an attempt of their own; a program
 * that asks without end gets what the last ones showed. So a day of asking adds at most `atOnce` and 48 attempts to a
 * lifecycle's history.
 */
export const ASKED_LIMITS = {
  /** Checks, and refreshes of a connection that fails, that somebody asks for. */
  check: { atOnce: 20, everyMs: 30 * MINUTE_MS },
  /** Refreshes for pages that load while refreshes fail: one that loads seldom is answered by an attempt. */
  load: { atOnce: 4, everyMs: 30 * MINUTE_MS },
} as const satisfies Record<string, AskedLimit>;
export type AskedKind = keyof typeof ASKED_LIMITS;

/** Whoever asks within this time of another shares the answer. */
export const RECHECK_SHARED_MS = 1 * SECOND_MS;
