/** A source of the present instant, in epoch milliseconds. */
export interface Clock {
  now(): number;
}

/** A clock that runs like its base and can be moved forward, never back. */
export interface VirtualClock extends Clock {
  /** Moves the clock forward and returns the new instant. Throws RangeError for anything but a finite duration ≥ 0. */
  advance(milliseconds: number): number;
}

export const SECOND_MS = 1_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The last instant that this clock can be moved to: beyond it, dates no longer have four-digit years. */
const LATEST = Date.UTC(9999, 0, 1);

export const systemClock: Clock = { now: () => Date.now() };

/** A clock whose distance from its base is kept in `offset`, so that it can outlive the process. */
export function createVirtualClock(base: Clock, offset: { clockOffsetMs: number }): VirtualClock {
  const now = () => Math.floor(base.now()) + offset.clockOffsetMs;
  return {
    now,
    advance(milliseconds) {
      if (!Number.isFinite(milliseconds) || milliseconds < 0) {
        throw new RangeError('the clock moves forward only, by a finite number of milliseconds');
      }
      if (now() + milliseconds > LATEST) throw new RangeError('the clock cannot go beyond the year 9998');
      offset.clockOffsetMs += Math.round(milliseconds);
      return now();
    },
  };
}
