import { readFile } from 'node:fs/promises';
import { Secret } from '../core/access/secret';
import { SECOND_MS } from '../core/time';
import { reasonOf } from './error-reason';
import { type Logger } from './logger';
import { repeat } from './repeat';

const LOOK_EVERY_MS = 2 * SECOND_MS;

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
 * Follows a file with one secret, by its content, as key files are followed. While it cannot be read, or is empty and
 * may not be, which is reported once, the secret that was read last stays in use.
 */
export function watchSecret(file: string, secret: Secret | undefined, options: Options): SecretWatch {
  const { setting, logger, mayBeEmpty = false, everyMs = LOOK_EVERY_MS } = options;
  let inUse = secret;
  let reported: string | null = null;

  async function check(): Promise<void> {
    const seen = (await readFile(file, 'utf8')).trim();
    if (seen === '' && !mayBeEmpty) return refuse('it is empty');
    reported = null;
    if (seen === (inUse?.reveal() ?? '')) return;
    inUse = seen === '' ? undefined : new Secret(seen);
    logger.info({ setting }, 'secret reloaded');
  }

  function refuse(reason: string): void {
    if (reason !== reported)
      logger.error({ file, setting, reason }, 'secret file invalid; keeping the previous secret');
    reported = reason;
  }

  const stop = repeat(everyMs, () => check().catch((error: unknown) => refuse(reasonOf(error))));
  return { current: () => inUse, stop };
}
