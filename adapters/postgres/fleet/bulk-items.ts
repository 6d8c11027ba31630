import { type BulkOutcome } from '../../../core/fleet/bulk-operations';
import { type Db } from '../pool';

/** One connection in an operation, which somebody has begun with. */
export interface BegunItem {
  integrationId: string;
  /** Epoch ms: the same however often it is tried. */
  begunAt: number;
  tries: number;
}

/** Takes the next connection that is due in a running operation. @returns null: none is */
export async function claimItem(db: Db, operationId: string, now: number): Promise<BegunItem | null> {
  const { rows } = await db.query<Row>(
    `update bulk_operation_items i set begun_at = $2
     from (
       select integration_id from bulk_operation_items
       where operation_id = $1 and outcome is null and begun_at is null and due_at <= $2
       order by due_at, integration_id limit 1 for update skip locked
     ) next
     where i.operation_id = $1 and i.integration_id = next.integration_id
       and exists (select 1 from bulk_operations o where o.id = $1 and o.state = 'running')
     returning i.integration_id, i.begun_at, i.tries`,
    [operationId, new Date(now)],
  );
  return rows[0] ? itemOf(rows[0]) : null;
}

/** Those that a process began and did not end. */
export async function interruptedItems(db: Db, operationId: string): Promise<BegunItem[]> {
  const { rows } = await db.query<Row>(
    `select integration_id, begun_at, tries from bulk_operation_items
     where operation_id = $1 and outcome is null and begun_at is not null`,
    [operationId],
  );
  return rows.map(itemOf);
}

export async function endItem(
  db: Db,
  operationId: string,
  integrationId: string,
  { outcome, error = null }: { outcome: BulkOutcome; error?: string | null },
  now: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update bulk_operation_items set outcome = $3, error = $4, ended_at = $5
     where operation_id = $1 and integration_id = $2 and outcome is null`,
    [operationId, integrationId, outcome, error, new Date(now)],
  );
  return rowCount === 1;
}

/** Leaves a connection for another try. */
export async function deferItem(
  db: Db,
  operationId: string,
  integrationId: string,
  dueAt: number,
): Promise<void> {
  await db.query(
    `update bulk_operation_items set begun_at = null, tries = tries + 1, due_at = $3
     where operation_id = $1 and integration_id = $2 and outcome is null`,
    [operationId, integrationId, new Date(dueAt)],
  );
}

/** When the next connection is due, in epoch ms; null: none is left. */
export async function nextItemDueAt(db: Db, operationId: string): Promise<number | null> {
  const { rows } = await db.query<{ due_at: Date | null }>(
    'select min(due_at) as due_at from bulk_operation_items where operation_id = $1 and outcome is null',
    [operationId],
  );
  return rows[0]?.due_at?.getTime() ?? null;
}

export interface BulkItem {
  integrationId: string;
  username: string | null;
  ownerRef: string;
  outcome: BulkOutcome | null;
  error: string | null;
  /** Epoch ms; for one without an outcome: when it is due. */
  at: number;
}

/** By ID. @param outcome only these; null: all @param after the ID behind which a page goes on */
export async function listItems(
  db: Db,
  operationId: string,
  outcome: BulkOutcome | null,
  after: string,
  limit: number,
): Promise<BulkItem[]> {
  const { rows } = await db.query<Row & { username: string | null; owner_ref: string; at: Date }>(
    `select i.integration_id, i.outcome, i.error, coalesce(i.ended_at, i.due_at) as at, c.username, c.owner_ref
     from bulk_operation_items i join integrations c on c.id = i.integration_id
     where i.operation_id = $1 and ($2::text is null or i.outcome = $2) and i.integration_id > $3
     order by i.integration_id limit $4`,
    [operationId, outcome, after, limit],
  );
  return rows.map((row) => ({
    ...{ integrationId: row.integration_id, username: row.username, ownerRef: row.owner_ref },
    ...{ outcome: row.outcome, error: row.error, at: row.at.getTime() },
  }));
}

interface Row {
  integration_id: string;
  begun_at: Date;
  tries: number;
  outcome: BulkOutcome | null;
  error: string | null;
}

function itemOf({ integration_id: integrationId, begun_at: begunAt, tries }: Row): BegunItem {
  return { integrationId, begunAt: begunAt.getTime(), tries };
}
