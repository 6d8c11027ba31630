import { readFile } from 'node:fs/promises';
import { SECOND_MS } from '../core/time';
import { reasonOf } from './error-reason';
import { repeat } from './repeat';

const LOOK_EVERY_MS = 2 * SECOND_MS;

/**
 * Follows a file, by its content: the times of files that are mounted, linked or replaced say little.
 * @param text the content that was read last
 * @param on `changed` may refuse a new content by throwing; `refused` is called once for each reason, a file that
 *   cannot be read included
 * @returns stops it
 */
export function followFile(
  file: string,
  text: string,
  on: { changed: (text: string) => void | Promise<void>; refused: (error: unknown) => void },
  everyMs = LOOK_EVERY_MS,
): () => Promise<void> {
  let inUse = text.trim();
  let reported: string | null = null;

  async function check(): Promise<void> {
    const seen = (await readFile(file, 'utf8')).trim();
    if (seen !== inUse) {
      await on.changed(seen);
      inUse = seen;
    }
    reported = null;
  }

  return repeat(everyMs, () =>
    check().catch((error: unknown) => {
      const reason = reasonOf(error);
      if (reason !== reported) on.refused(error);
      reported = reason;
    }),
  );
}
