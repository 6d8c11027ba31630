import { MINUTE_MS } from '../../core/time';
import { type Clock } from '../clock';
import { type Db } from './pool';

/** Two machines' clocks may differ by this much; beyond it nothing is dated or decided. */
export const MAX_CLOCK_DIFFERENCE_MS = 5 * MINUTE_MS;
const CHECK_EVERY_MS = 10 * MINUTE_MS;
/** A clock that moved against the time since the start by more than this was set, or its machine was suspended. */
const CLOCK_WAS_SET_MS = 1_000;

/** This machine's clock and the database's differ. No single clock is believed. */
export class ClocksDiffer extends Error {
  override name = 'ClocksDiffer';
  /** @param aheadMs how far this machine's clock is ahead of the database's; negative: behind */
  constructor(readonly aheadMs: number) {
    const minutes = Math.round(Math.abs(aheadMs) / MINUTE_MS);
    super(
      `This machine's clock is ${minutes} minutes ${aheadMs > 0 ? 'ahead of' : 'behind'} the database's. ` +
        'Set both by a time service (NTP). Until they agree, nothing is refreshed or expired here.',
    );
  }
}

/** Resolves when this machine's clock and the database's agree. @throws ClocksDiffer */
export type ClockCheck = () => Promise<void>;

/**
 * Compares this machine's clock with the database's every ten minutes, and at once when it was set.
 * @param machine for tests: the wall clock, and a clock that only ever runs on, both in ms
 */
export function createClockCheck(
  db: Db,
  machine: { now(): number; elapsed(): number } = { now: () => Date.now(), elapsed: () => performance.now() },
): ClockCheck {
  let agreedAt: { elapsed: number; offset: number } | null = null;

  return async () => {
    const elapsed = machine.elapsed();
    if (agreedAt && elapsed - agreedAt.elapsed < CHECK_EVERY_MS) {
      const moved = Math.abs(machine.now() - elapsed - agreedAt.offset);
      if (moved < CLOCK_WAS_SET_MS) return;
    }
    agreedAt = null;
    const aheadMs = await aheadOfDatabaseMs(db, machine);
    if (Math.abs(aheadMs) >= MAX_CLOCK_DIFFERENCE_MS) throw new ClocksDiffer(aheadMs);
    agreedAt = { elapsed, offset: machine.now() - machine.elapsed() };
  };
}

/** How far a clock is ahead of the database's for certain, in ms; negative: behind; 0: they may agree. */
export async function aheadOfDatabaseMs(db: Db, clock: Clock): Promise<number> {
  const asked = clock.now();
  const database = await databaseNow(db);
  const answered = clock.now();
  // The database looked at its clock at some instant between the two.
  return database > answered ? answered - database : Math.max(0, asked - database);
}

/** The database's clock, epoch ms. */
export async function databaseNow(db: Db): Promise<number> {
  const { rows } = await db.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]!.now.getTime();
}
