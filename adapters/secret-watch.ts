import { Secret } from '../core/access/secret';
import { reasonOf } from './error-reason';
import { followFile } from './file-watch';
import { type Logger } from './logger';

interface Options {
  /** The setting that the file belongs to, for the log. */
  setting: string;
  logger: Logger;
  /** Whether an empty file means that there is no secret. */
  mayBeEmpty?: boolean;
  everyMs?: number;
}

/** A secret that follows its file. */
export interface SecretWatch {
  current(): Secret | undefined;
  stop(): void;
}

/**
 * Follows a file with one secret. While it cannot be read, or is empty and may not be, which is reported once, the
 * secret that was read last stays in use.
 */
export function watchSecret(file: string, secret: Secret | undefined, options: Options): SecretWatch {
  const { setting, logger, mayBeEmpty = false, everyMs } = options;
  let inUse = secret;

  function changed(text: string): void {
    if (text === '' && !mayBeEmpty) throw new Error('it is empty');
    inUse = text === '' ? undefined : new Secret(text);
    logger.info({ setting }, 'secret reloaded');
  }

  function refused(error: unknown): void {
    const reason = reasonOf(error);
    logger.error({ file, setting, reason }, 'secret file invalid; keeping the previous secret');
  }

  const stop = followFile(file, secret?.reveal() ?? '', { changed, refused }, everyMs);
  return { current: () => inUse, stop };
}
