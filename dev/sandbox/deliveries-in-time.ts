import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../../adapters/clock';
import { wakeLane } from '../../adapters/temporal/lanes';
import { type Due, settle } from './settle';

interface Parts {
  pool: Pool;
  client: Client;
  clock: Clock;
}

/** What is first in each lane, and when it is due. */
const HEADS = `select distinct on (lane) lane, next_attempt_at from deliveries
  where status = 'waiting' order by lane, event_seq`;

/**
 * Waits until every event has become deliveries and nothing is due any more.
 * @returns the next instant at which something is due, or Infinity
 */
export function deliveriesSettled({ pool, client, clock }: Parts): Promise<number> {
  const look = async (): Promise<Due> => {
    const { rowCount: unrelayed } = await pool.query('select 1 from events where relayed_at is null limit 1');
    const { rows } = await pool.query<{ lane: string; next_attempt_at: Date }>(HEADS);
    const heads = rows.map(({ lane, next_attempt_at: at }) => ({ lane, at: at.getTime() }));
    const ids = heads.filter(({ at }) => at <= clock.now()).map(({ lane }) => lane);
    const nextAt = Math.min(Infinity, ...heads.map(({ at }) => at));
    return { ids, isSettled: ids.length === 0 && unrelayed === 0, nextAt };
  };
  return settle('Deliveries', look, (lane) => wakeLane(client, lane));
}

/** Lets all that sleeps find out how long it has to sleep by the sandbox's time as it is now. */
export async function wakeLanes({ pool, client }: Parts): Promise<void> {
  const { rows } = await pool.query<{ lane: string }>(`select lane from (${HEADS}) h`);
  for (const { lane } of rows) await wakeLane(client, lane);
}
