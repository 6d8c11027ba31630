import { type Logger } from '../adapters/logger';
import { type ClockCheck, ClocksDiffer } from '../adapters/postgres/clock-check';
import { repeat } from '../adapters/repeat';
import { MINUTE_MS } from '../core/time';

const CHECK_EVERY_MS = 1 * MINUTE_MS;

interface Watched {
  clockCheck: ClockCheck;
  logger: Logger;
}

/**
 * A worker whose clock is wrong would take work from those whose clock is right, only to refuse it: it does not start.
 * A database that does not answer proves nothing. @throws ClocksDiffer
 */
export async function requireRightClock({ clockCheck }: Pick<Watched, 'clockCheck'>): Promise<void> {
  await clockCheck().catch((error: unknown) => {
    if (error instanceof ClocksDiffer) throw error;
  });
}

/** Compares the clocks every minute, and calls `onDifference` once when they differ. @returns stops it */
export function watchClock(watched: Watched, onDifference: () => void, everyMs = CHECK_EVERY_MS): () => void {
  const stop = repeat(everyMs, () =>
    requireRightClock(watched).catch((error: unknown) => {
      const { message: reason } = error as ClocksDiffer;
      watched.logger.error({ reason }, 'the worker ends: its clock is wrong');
      void stop();
      onDifference();
    }),
  );
  return stop;
}
