import { type Logger } from '../logger';
import { type Counters } from '../metrics';
import { thinOut } from '../thin-out';

/** Counts what could not be read of Instagram's answers, and tells operators: the operation and the field, no value. */
export function reportUnreadable(logger: Logger, counters: Counters, now: () => number) {
  const thinned = thinOut(now);
  return (operation: string, field: string): void => {
    counters.unreadable(operation, field);
    const repeated = thinned(`${operation} ${field}`);
    if (repeated === null) return;
    const line = { operation, field, ...(repeated > 0 && { repeated }) };
    logger.warn(line, 'a part of an answer from Instagram could not be read');
  };
}
