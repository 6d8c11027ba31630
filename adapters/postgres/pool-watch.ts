import { Client, type Pool } from 'pg';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { withDeadline } from '../deadline';
import { type Logger } from '../logger';

const ANSWER_WITHIN_MS = 5 * SECOND_MS;

export interface PoolWatch {
  /** Every connection of the pool hangs although the database can be reached: only a restart helps. */
  isDead(): boolean;
  stop(): void;
}

/**
 * Asks the pool now and then. A database that is away is no reason to restart a process, which may hold the only copy
 * of a token; a pool that stays silent while a new connection is answered is one.
 */
export function watchPool(
  pool: Pick<Pool, 'query'>,
  connectionString: string,
  logger: Logger,
  { everyMs = 15 * SECOND_MS, deadAfterMs = 1 * MINUTE_MS } = {},
): PoolWatch {
  let silentSince: number | null = null;
  let dead = false;
  let asking = false;

  async function ask(): Promise<void> {
    const startedAt = performance.now();
    if (await answers(() => pool.query('select 1'))) {
      silentSince = null;
      dead = false;
      return;
    }
    silentSince ??= startedAt;
    const isSilentForLong = performance.now() - silentSince >= deadAfterMs;
    if (!isSilentForLong || !(await answers(() => askAlone(connectionString)))) return;
    if (!dead) logger.error('the database pool is dead although the database answers: restart this process');
    dead = true;
  }

  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    void ask().finally(() => (asking = false));
  }, everyMs);
  timer.unref();
  return { isDead: () => dead, stop: () => clearInterval(timer) };
}

function answers(question: () => Promise<unknown>): Promise<boolean> {
  const answer = question().then(
    () => true,
    () => false,
  );
  return withDeadline(Date.now() + ANSWER_WITHIN_MS, answer, () => false);
}

async function askAlone(connectionString: string): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: ANSWER_WITHIN_MS });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('select 1');
  } finally {
    await client.end();
  }
}
