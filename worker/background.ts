import { fetchPending } from '../activities/messaging/fetch-pending';
import { reasonOf } from '../adapters/error-reason';
import { eraseInPortions } from '../adapters/postgres/integrations/erasure';
import { repeat } from '../adapters/repeat';
import { type Logger } from '../adapters/logger';
import { SECOND_MS } from '../core/time';
import { handOverOperations } from '../services/bulk-operations';
import { finishRounds } from '../services/connecting/drive-round';

type Parts = Parameters<typeof fetchPending>[0] &
  Parameters<typeof finishRounds>[0] &
  Parameters<typeof handOverOperations>[0];

const FETCH_EVERY_MS = 5 * SECOND_MS;
const FINISH_EVERY_MS = 3 * SECOND_MS;
const ERASE_EVERY_MS = 5 * SECOND_MS;
const HAND_OVER_EVERY_MS = 5 * SECOND_MS;

/**
 * Goes on with what nobody waits for any more: messages of which only the ID came in, connections whose owner's browser
 * has left, and accounts whose data is to be deleted. @returns stops it, once what is under way has ended: an answer of Instagram's may be on its way
 */
export function workInBackground(parts: Parts): () => Promise<void> {
  const { logger, pool, clock } = parts;
  let isOver = false;
  const stops = [
    keepTrying(FETCH_EVERY_MS, () => fetchPending(parts), logger, 'messages not fetched; retrying'),
    keepTrying(
      FINISH_EVERY_MS,
      () => finishRounds(parts),
      logger,
      'connections under way not read; retrying',
    ),
    keepTrying(
      ERASE_EVERY_MS,
      () => eraseInPortions(pool, clock, () => isOver),
      logger,
      'data of accounts not erased; retrying',
    ),
    keepTrying(
      HAND_OVER_EVERY_MS,
      () => handOverOperations(parts),
      logger,
      'bulk operations not handed over; retrying',
    ),
  ];
  return async () => {
    isOver = true;
    await Promise.all(stops.map((stop) => stop()));
  };
}

/** Reports a failure once, until it works again. */
function keepTrying(everyMs: number, work: () => Promise<unknown>, logger: Logger, complaint: string) {
  let failing = false;
  return repeat(everyMs, () =>
    work().then(
      () => void (failing = false),
      (error: unknown) => {
        if (!failing) logger.warn({ reason: reasonOf(error) }, complaint);
        failing = true;
      },
    ),
  );
}
