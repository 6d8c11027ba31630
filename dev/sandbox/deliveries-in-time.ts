import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../../adapters/clock';
import { wakeLane } from '../../adapters/temporal/lanes';
import { SECOND_MS } from '../../core/time';

const SETTLE_WITHIN_MS = 60 * SECOND_MS;
/** How long a signalled lane has before it is signalled again. */
const TELL_EVERY_MS = 1 * SECOND_MS;

interface Parts {
  pool: Pool;
  client: Client;
  clock: Clock;
}

/** What is first in each lane, and when it is due. */
const HEADS = `select distinct on (lane) lane, next_attempt_at from deliveries
  where status = 'waiting' order by lane, event_seq`;

/**
 * Waits until every event has become deliveries and nothing is due any more. Lanes sleep by timers of the machine's
 * time: those that are due by the sandbox's are signalled and read what is due themselves.
 * @returns the next instant at which something is due, or Infinity
 */
export async function deliveriesSettled({ pool, client, clock }: Parts): Promise<number> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  const told = new Map<string, number>();
  while (Date.now() < deadline) {
    const { rows: untold } = await pool.query('select 1 from events where relayed_at is null limit 1');
    const { rows: heads } = await pool.query<{ lane: string; next_attempt_at: Date }>(HEADS);
    const due = heads.filter(({ next_attempt_at: at }) => at.getTime() <= clock.now());
    if (due.length === 0 && untold.length === 0)
      return Math.min(Infinity, ...heads.map(({ next_attempt_at: at }) => at.getTime()));
    for (const { lane } of due) {
      if (Date.now() - (told.get(lane) ?? 0) < TELL_EVERY_MS) continue;
      told.set(lane, Date.now());
      await wakeLane(client, lane);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('Deliveries did not come to rest. Is the worker running?');
}

/** Lets all that sleeps find out how long it has to sleep by the sandbox's time as it is now. */
export async function tellLanes({ pool, client }: Parts): Promise<void> {
  const { rows } = await pool.query<{ lane: string }>(`select lane from (${HEADS}) h`);
  for (const { lane } of rows) await wakeLane(client, lane);
}
