import { MINUTE_MS } from '../core/time';

/** A line that repeats is written again after this long, with how often it came meanwhile. */
const REPEAT_AFTER_MS = 1 * MINUTE_MS;
/** Different lines that are remembered at most; beyond it the oldest is forgotten. */
const MAX_REMEMBERED = 200;

/** Thins out lines of the log that repeat. */
/** @returns how often the line came since it was last written; null: it is not to be written now */
export function thinOut(now: () => number) {
  const seen = new Map<string, { writtenAt: number; repeated: number }>();
  return (line: string): number | null => {
    const before = seen.get(line);
    if (before && now() - before.writtenAt < REPEAT_AFTER_MS) {
      before.repeated += 1;
      return null;
    }
    seen.delete(line);
    seen.set(line, { writtenAt: now(), repeated: 0 });
    const [oldest] = seen.keys();
    if (seen.size > MAX_REMEMBERED && oldest !== undefined) seen.delete(oldest);
    return before?.repeated ?? 0;
  };
}
