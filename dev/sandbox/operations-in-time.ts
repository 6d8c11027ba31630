import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../../adapters/clock';
import { wakeOperation } from '../../adapters/temporal/bulk-operations';
import { type Due, settle } from './settle';

/** An operation over ten minutes is moved on in so many steps at most. */
const STEPS = 50;

interface Parts {
  pool: Pool;
  client: Client;
  clock: Clock;
}

/** What is first in each operation that runs, and when it is due. */
const HEADS = `select o.id, o.spread_ms::float8 as spread_ms, min(i.due_at) as due_at
  from bulk_operations o join bulk_operation_items i on i.operation_id = o.id
  where o.state = 'running' and i.outcome is null group by o.id`;

/**
 * Waits until nothing is due in any bulk operation.
 * @returns the next instant at which something is due, or Infinity
 */
export function operationsSettled({ pool, client, clock }: Parts): Promise<number> {
  const look = async (): Promise<Due> => {
    const { rows } = await pool.query<{ id: string; spread_ms: number; due_at: Date }>(HEADS);
    const ids = rows.filter(({ due_at: at }) => at.getTime() <= clock.now()).map(({ id }) => id);
    const nextAt = Math.min(Infinity, ...rows.map((row) => row.due_at.getTime() + row.spread_ms / STEPS));
    return { ids, isSettled: ids.length === 0, nextAt };
  };
  return settle('Bulk operations', look, (id) => wakeOperation(client, id));
}

/** Lets them find out how long they have to sleep by the sandbox's time as it is now. */
export async function wakeOperations({ pool, client }: Parts): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(HEADS);
  for (const { id } of rows) await wakeOperation(client, id);
}
