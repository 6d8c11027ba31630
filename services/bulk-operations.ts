import { type Client } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { markOperationHandedOver, operationsToHandOver } from '../adapters/postgres/fleet/bulk-operations';
import { wakeOperation } from '../adapters/temporal/bulk-operations';

interface Parts {
  pool: Pool;
  temporal: Client;
  clock: Clock;
}

/** Notifies the workflow of an operation that its row was changed. */
export async function handOverOperation({ pool, temporal, clock }: Parts, id: string): Promise<void> {
  await wakeOperation(temporal, id);
  await markOperationHandedOver(pool, id, clock.now());
}

/** Does that for all whose workflow could not be notified when they were changed. */
export async function handOverOperations(parts: Parts): Promise<void> {
  for (const id of await operationsToHandOver(parts.pool)) await handOverOperation(parts, id);
}
