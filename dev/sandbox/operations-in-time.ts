import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../../adapters/clock';
import { wakeOperation } from '../../adapters/temporal/bulk-operations';
import { SECOND_MS } from '../../core/time';

const SETTLE_WITHIN_MS = 60 * SECOND_MS;
/** How long a signalled operation has before it is signalled again. */
const TELL_EVERY_MS = 1 * SECOND_MS;
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
 * Waits until nothing is due in any bulk operation. Their workflows sleep by the machine's time, as lanes of deliveries do.
 * @returns the next instant at which something is due, or Infinity
 */
export async function operationsSettled({ pool, client, clock }: Parts): Promise<number> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  const told = new Map<string, number>();
  while (Date.now() < deadline) {
    const { rows } = await pool.query<{ id: string; spread_ms: number; due_at: Date }>(HEADS);
    const due = rows.filter(({ due_at: at }) => at.getTime() <= clock.now());
    if (due.length === 0)
      return Math.min(Infinity, ...rows.map((row) => row.due_at.getTime() + row.spread_ms / STEPS));
    for (const { id } of due) {
      if (Date.now() - (told.get(id) ?? 0) < TELL_EVERY_MS) continue;
      told.set(id, Date.now());
      await wakeOperation(client, id);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('Bulk operations did not come to rest. Is the worker running?');
}

/** Lets them find out how long they have to sleep by the sandbox's time as it is now. */
export async function tellOperations({ pool, client }: Parts): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(HEADS);
  for (const { id } of rows) await wakeOperation(client, id);
}
