import { fetchPending } from '../activities/messaging/fetch-pending';
import { reasonOf } from '../adapters/error-reason';
import { repeat } from '../adapters/repeat';
import { SECOND_MS } from '../core/time';

const LOOK_EVERY_MS = 5 * SECOND_MS;

/** Fetches messages of which only the ID came in. @returns stops it, once what is under way has ended */
export function startFetcher(deps: Parameters<typeof fetchPending>[0], everyMs = LOOK_EVERY_MS) {
  let working: Promise<void> = Promise.resolve();
  let failing = false;
  const stop = repeat(everyMs, () => {
    working = fetchPending(deps).then(
      () => void (failing = false),
      (error: unknown) => {
        if (!failing) deps.logger.warn({ reason: reasonOf(error) }, 'messages not fetched; retrying');
        failing = true;
      },
    );
    return working;
  });
  return async () => {
    stop();
    await working;
  };
}
