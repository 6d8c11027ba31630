import { answersBeingStored } from '../activities/lifecycle/store-answer';
import { SECOND_MS } from '../core/time';
import { ConfigError, loadSettings } from '../adapters/config';
import { KeyRetired, KeyUnavailable } from '../adapters/encryption/key-check';
import { pendingMigrations } from '../adapters/postgres/migrate';
import { NEEDED_SETTINGS, type Services, createServices } from '../services/services';
import { databaseFailure } from './database-failure';
import { Failure } from './failures';
import { type Io } from './output/io';

/** A part that runs until it is stopped, or ends of itself. */
export interface Running {
  stop(): Promise<void>;
  ended?: Promise<void>;
}

/**
 * Runs one process of the product until SIGTERM or SIGINT, then stops it in order.
 * @param start hands each part to `started` as soon as it runs, so that all of them are stopped whatever happens
 */
export async function runProcess(
  io: Io,
  name: string,
  start: (services: Services, started: (part: Running) => void) => Promise<void>,
  { endWithinMs = 15 * SECOND_MS } = {},
): Promise<void> {
  const stop = io.stopSignal();
  const services = createServices(loadSettings(io.env, NEEDED_SETTINGS), { name, env: io.env });
  const parts: Running[] = [];
  const log = logEverything(services);
  endInTime(services, stop, endWithinMs);
  try {
    await refuseOldSchema(services);
    await refuseWrongKey(services);
    await start(services, (part) => parts.push(part));
    services.logger.info('ready');
    await Promise.race([aborted(stop), ...parts.flatMap(({ ended }) => (ended ? [ended] : []))]);
    services.logger.info('stopping');
  } finally {
    for (const part of parts.reverse()) await part.stop();
    await services.close();
    log.stop();
  }
  if (!stop.aborted) throw new Failure(`The ${name} ended unexpectedly.`);
}

/** Code of this release reads and writes what an older schema lacks. A newer schema fits: see `docs/operations.md`. */
async function refuseOldSchema({ pool, logger }: Services): Promise<void> {
  const pending = await pendingMigrations(pool).catch((error: unknown) => {
    if ((error as { code?: string }).code === '42P01') throw databaseFailure(error);
    logger.warn({ reason: databaseFailure(error).message }, 'the schema is not checked: no answer');
    return [];
  });
  if (pending.length > 0)
    throw new Failure(
      `The database lacks ${pending.length} migration${pending.length === 1 ? '' : 's'}: ${pending.join(', ')}.`,
      ['Run `npx evergrant migrate`, then start again.'],
    );
}

/** A key of the right name and wrong bytes would seal what cannot be opened later. */
async function refuseWrongKey({ sealer, logger }: Services): Promise<void> {
  try {
    await sealer.verifyAll();
  } catch (error) {
    if (error instanceof KeyRetired)
      throw new ConfigError([`EVERGRANT_KEYS starts with "${error.keyId}", a retired key`]);
    if (error instanceof KeyUnavailable) {
      throw new ConfigError([
        `EVERGRANT_KEYS has a different key named "${error.keyId}" than the one this database was encrypted with`,
      ]);
    }
    if ((error as { code?: string }).code === '42P01') throw databaseFailure(error);
    // Readiness tells it, too; a database that comes a moment later is no reason to end.
    logger.warn({ reason: databaseFailure(error).message }, 'the database does not answer yet');
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/**
 * Ends a process whose orderly stop hangs, on a database that has gone silent say. One that holds the only copy of a
 * refreshed token goes on until it is stored; a second signal ends that one, too.
 */
function endInTime(
  { logger, sealer }: Pick<Services, 'logger' | 'sealer'>,
  stop: AbortSignal,
  withinMs: number,
): void {
  const end = () => {
    const unstored = answersBeingStored({ sealer });
    if (unstored === 0) {
      logger.fatal('the process ends: it did not stop in time');
      process.exit(1);
    }
    logger.error({ unstored }, 'refreshed tokens are not stored yet: the process goes on until they are');
    setTimeout(end, SECOND_MS * 10).unref();
  };
  stop.addEventListener('abort', () => setTimeout(end, withinMs).unref(), { once: true });
}

/** What Node itself would print becomes a line of the log, too. */
function logEverything({ logger }: Pick<Services, 'logger'>): { stop(): void } {
  const onWarning = ({ name, message }: Error) =>
    logger.warn({ reason: `${name}: ${message}` }, 'Node.js warning');
  const others = process.listeners('warning');
  process.removeAllListeners('warning').on('warning', onWarning);
  const onCrash = (error: Error) =>
    logger.fatal(
      { reason: error.message, stack: error.stack },
      'the process ends: an error that nothing expected',
    );
  process.on('uncaughtExceptionMonitor', onCrash);
  return {
    stop() {
      process.off('uncaughtExceptionMonitor', onCrash).off('warning', onWarning);
      for (const listener of others) process.on('warning', listener);
    },
  };
}
