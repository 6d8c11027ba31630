import { setTimeout as pause } from 'node:timers/promises';
import { createPool, withTransaction } from '../../adapters/postgres/pool';
import { runRival } from './process';
import { AT_ONCE } from './token-job';

const POLL_MS = 1_000;

/**
 * No library: the token's own row is the job. Each of 30 lanes locks one due row, works on it and commits; an idle lane looks
 * again after a second. A process that dies gives its rows back.
 * @see https://www.postgresql.org/docs/current/sql-select.html#SQL-FOR-UPDATE-SHARE
 */
void runRival(async ({ databaseUrl, refresh }) => {
  const pool = createPool(databaseUrl, { max: AT_ONCE });
  await pool.query('create index on tokens (refresh_at)');
  const oneDue = () =>
    withTransaction(pool, async (db) => {
      const { rows } = await db.query<{ id: string }>(
        'select id from tokens where refresh_at <= now() order by refresh_at limit 1 for update skip locked',
      );
      if (rows[0]) await refresh(rows[0].id, db);
      return rows.length > 0;
    });
  const lane = async () => {
    for (;;) if (!(await oneDue())) await pause(POLL_MS);
  };
  for (let n = 0; n < AT_ONCE; n++) void lane();
  return {
    async schedule(jobs) {
      await pool.query(
        `update tokens set refresh_at = to_timestamp(job.at / 1000.0)
         from unnest($1::text[], $2::float8[]) as job (id, at) where tokens.id = job.id`,
        [jobs.map(({ id }) => id), jobs.map(({ at }) => at)],
      );
    },
  };
});
