import { reasonOf } from '../error-reason';
import { followFile } from '../file-watch';
import { type Logger } from '../logger';
import { KeyUnavailable } from './key-check';
import { type KeyRing, KeyRingError, parseKeyRing } from './key-ring';

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
 * Follows a key file. While it is malformed or names a key with wrong bytes, which is reported once, the previous ring
 * stays in use.
 * @param text the content that was read last
 */
export function watchRing(file: string, text: string, options: Options): RingWatch {
  const { verify, logger, onChange, everyMs } = options;
  let ring = parseKeyRing(text.trim());

  async function changed(seen: string): Promise<void> {
    const next = parseKeyRing(seen);
    await verify(next);
    ring = next;
    logger.info({ sealing: next.sealing.id, keys: next.keys.map(({ id }) => id) }, 'key ring reloaded');
    onChange?.(next);
  }

  function refused(error: unknown): void {
    logger.error({ file, reason: complaintOf(error) }, 'key file invalid; keeping the previous key ring');
  }

  const stop = followFile(file, text, { changed, refused }, everyMs);
  return { current: () => ring, stop };
}

function complaintOf(error: unknown): string {
  if (error instanceof KeyRingError) return `it ${error.message}`;
  if (error instanceof KeyUnavailable) return error.message;
  return reasonOf(error);
}
