import { readFile } from 'node:fs/promises';
import { SECOND_MS } from '../../core/time';
import { reasonOf } from '../error-reason';
import { type Logger } from '../logger';
import { repeat } from '../repeat';
import { KeyUnavailable } from './key-check';
import { type KeyRing, KeyRingError, parseKeyRing } from './key-ring';

const LOOK_EVERY_MS = 2 * SECOND_MS;

interface Options {
  /** Throws when the ring must not be used (now). */
  verify(ring: KeyRing): Promise<void>;
  logger: Logger;
  onChange?: (ring: KeyRing) => void;
  everyMs?: number;
}

/** A ring that follows its file. */
export interface RingWatch {
  current(): KeyRing;
  stop(): void;
}

/**
 * Follows a key file, by its content: the times of files that are mounted, linked or replaced say little. While it is
 * malformed or names a key with wrong bytes, which is reported once, the previous ring stays in use.
 * @param text the content that was read last
 */
export function watchRing(file: string, text: string, options: Options): RingWatch {
  const { verify, logger, onChange, everyMs = LOOK_EVERY_MS } = options;
  let inUse = text.trim();
  let ring = parseKeyRing(inUse);
  let reported: string | null = null;

  async function check(): Promise<void> {
    const seen = (await readFile(file, 'utf8')).trim();
    if (seen !== inUse) {
      const next = parseKeyRing(seen);
      await verify(next);
      ring = next;
      inUse = seen;
      logger.info({ sealing: next.sealing.id, keys: next.keys.map(({ id }) => id) }, 'key ring reloaded');
      onChange?.(next);
    }
    reported = null;
  }

  function refuse(error: unknown): void {
    const reason = complaintOf(error);
    if (reason !== reported)
      logger.error({ file, reason }, 'key file invalid; keeping the previous key ring');
    reported = reason;
  }

  return { current: () => ring, stop: repeat(everyMs, () => check().catch(refuse)) };
}

function complaintOf(error: unknown): string {
  if (error instanceof KeyRingError) return `it ${error.message}`;
  if (error instanceof KeyUnavailable) return error.message;
  return reasonOf(error);
}
