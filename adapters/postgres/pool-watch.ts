import { type Pool } from 'pg';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { withDeadline } from '../deadline';
import { type Logger } from '../logger';
import { repeat } from '../repeat';
import { createClient } from './connection';

const ANSWER_WITHIN_MS = 5 * SECOND_MS;

export interface PoolWatch {
  /** Every connection of the pool hangs although the database can be reached: only a restart helps. */
  isDead(): boolean;
  stop(): void;
}

/**
 * Asks the pool now and then. A database that is away is no reason to restart a process, which may hold the only copy
 * of a token, and neither is a pool so busy that the question waits; one whose connections all stay silent while a new
 * one is answered is.
 */
export function watchPool(
  pool: Pick<Pool, 'query' | 'on'>,
  connectionString: string,
  logger: Logger,
  { everyMs = 15 * SECOND_MS, deadAfterMs = 1 * MINUTE_MS } = {},
): PoolWatch {
  let lastAnswerAt = performance.now();
  let dead = false;
  const onAnswer = () => {
    lastAnswerAt = performance.now();
    dead = false;
  };
  pool.on('release', (error) => {
    if (!error) onAnswer();
  });

  async function ask(): Promise<void> {
    if (await answers(() => pool.query('select 1'))) return onAnswer();
    const isSilentForLong = performance.now() - lastAnswerAt >= deadAfterMs;
    if (!isSilentForLong || !(await answers(() => askAlone(connectionString)))) return;
    if (!dead) logger.error('the database pool is dead although the database answers: restart this process');
    dead = true;
  }

  return { isDead: () => dead, stop: repeat(everyMs, ask) };
}

function answers(question: () => Promise<unknown>): Promise<boolean> {
  const answer = question().then(
    () => true,
    () => false,
  );
  return withDeadline(Date.now() + ANSWER_WITHIN_MS, answer, () => false);
}

async function askAlone(connectionString: string): Promise<void> {
  const client = createClient(connectionString, { connectionTimeoutMillis: ANSWER_WITHIN_MS });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('select 1');
  } finally {
    await client.end();
  }
}
