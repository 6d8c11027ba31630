import { reasonOf } from '../adapters/error-reason';
import { type Clock } from '../adapters/clock';
import { type Logger } from '../adapters/logger';
import { type Db } from '../adapters/postgres/pool';
import { type TokenUse, addTokenUses } from '../adapters/postgres/tokens/token-uses';
import { MINUTE_MS, SECOND_MS } from '../core/time';

const WRITTEN_WITHIN_MS = SECOND_MS;
/** What is kept while the database does not answer: one row for each key, integration and minute. */
const MAX_KEPT = 50_000;

export type TokenUses = ReturnType<typeof createTokenUses>;

/**
 * Counts which key got or reported the token of which integration. Counts are written together within a second, and kept
 * until they are: a token is withheld neither while the database is slow to write nor while it takes no writes.
 */
export function createTokenUses({ pool, clock, logger }: { pool: Db; clock: Clock; logger: Logger }) {
  let counted = new Map<string, TokenUse>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function add({ keyId, integrationId, minute, uses }: TokenUse): void {
    const name = `${keyId} ${minute} ${integrationId}`;
    const known = counted.get(name);
    if (known) known.uses += uses;
    else if (counted.size < MAX_KEPT) counted.set(name, { keyId, integrationId, minute, uses });
    timer ??= setTimeout(() => void flush(), WRITTEN_WITHIN_MS).unref();
  }

  async function write(): Promise<void> {
    const rows = [...counted.values()];
    counted = new Map();
    if (rows.length === 0) return;
    try {
      await addTokenUses(pool, rows);
    } catch (error) {
      logger.warn({ rows: rows.length, reason: reasonOf(error) }, 'token uses not written yet; retrying');
      rows.forEach(add);
    }
  }

  /** Writes what was counted so far. */
  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    count(keyId: string, integrationId: string): void {
      const now = clock.now();
      add({ keyId, integrationId, minute: now - (now % MINUTE_MS), uses: 1 });
    },
    flush,
  };
}
