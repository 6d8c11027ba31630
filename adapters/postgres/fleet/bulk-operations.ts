import { type Actor } from '../../../core/access/actor';
import {
  type BulkAction,
  type BulkFilter,
  type BulkOutcome,
  type BulkState,
  type OutcomeCounts,
} from '../../../core/fleet/bulk-operations';
import { type Position } from '../integrations/integrations';
import { type Db } from '../pool';

/** What is asked for. */
export interface NewBulkOperation {
  action: BulkAction;
  filter: BulkFilter;
  /** Only connections of these owners; null: of all. */
  ownerRefs: readonly string[] | null;
  /** Over how long the connections are spread; 0: one after the other at once. */
  spreadMs: number;
  actor: Actor;
}

export interface BulkOperation extends NewBulkOperation {
  id: string;
  state: BulkState;
  /** How many connections it is about. */
  total: number;
  /** Epoch ms. */
  createdAt: number;
  endedAt: number | null;
  /** Once it has ended; null: to be counted. */
  outcomes: OutcomeCounts | null;
}

export async function countOpenOperations(db: Db): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int from bulk_operations where state in ('running', 'paused')`,
  );
  return rows[0]!.count;
}

export async function findBulkOperation(db: Db, id: string): Promise<BulkOperation | null> {
  const { rows } = await db.query<BulkOperationRow>('select * from bulk_operations where id = $1', [id]);
  return rows[0] ? operationOf(rows[0]) : null;
}

/**
 * Newest first.
 * @param ownerRefs only those of callers with access to no other owners; null: all
 * @param before the row behind which a page goes on
 */
export async function listBulkOperations(
  db: Db,
  ownerRefs: readonly string[] | null,
  before: Position | null,
  limit: number,
): Promise<BulkOperation[]> {
  const { rows } = await db.query<BulkOperationRow>(
    `select * from bulk_operations
     where ($1::text[] is null or owner_refs <@ $1)
       and ($2::timestamptz is null or (created_at, id) < ($2, $3))
     order by created_at desc, id desc limit $4`,
    [ownerRefs, before && new Date(before.createdAt), before?.id ?? '', limit],
  );
  return rows.map(operationOf);
}

/** Pauses an operation that runs. @returns null: it was not running */
export function pauseOperation(db: Db, id: string, now: number): Promise<BulkOperation | null> {
  return changed(db, `state = 'paused', paused_at = $2`, `id = $1 and state = 'running'`, [
    id,
    new Date(now),
  ]);
}

/** What is left is due later by as long as the pause lasted. In one transaction. @returns null: it was not paused */
export async function resumeOperation(db: Db, id: string, now: number): Promise<BulkOperation | null> {
  const { rows } = await db.query<{ paused_at: Date }>(
    `select paused_at from bulk_operations where id = $1 and state = 'paused' for update`,
    [id],
  );
  if (!rows[0]) return null;
  await db.query(
    `update bulk_operation_items set due_at = due_at + ($2::timestamptz - $3::timestamptz)
     where operation_id = $1 and outcome is null`,
    [id, new Date(now), rows[0].paused_at],
  );
  return changed(db, `state = 'running', paused_at = null`, 'id = $1', [id]);
}

/** Ends an operation: what was not begun is not done. In one transaction. @returns null: it had ended before */
export async function cancelOperation(db: Db, id: string, now: number): Promise<BulkOperation | null> {
  const at = new Date(now);
  const operation = await changed(
    db,
    `state = 'canceled', ended_at = $2`,
    `id = $1 and state in ('running', 'paused')`,
    [id, at],
  );
  if (!operation) return null;
  await db.query(
    `update bulk_operation_items set outcome = 'canceled', ended_at = $2
     where operation_id = $1 and outcome is null and begun_at is null`,
    [id, at],
  );
  return operation;
}

/** For an operation that was canceled, and of which nothing is under way any more. */
export async function cancelOpenItems(db: Db, id: string, now: number): Promise<void> {
  await db.query(
    `update bulk_operation_items set outcome = 'canceled', ended_at = $2
     where operation_id = $1 and outcome is null`,
    [id, new Date(now)],
  );
}

/** Ends an operation of which nothing is left to do. */
export async function finishOperation(db: Db, id: string, now: number): Promise<BulkOperation | null> {
  return changed(
    db,
    `state = 'finished', ended_at = $2`,
    `id = $1 and state = 'running'
     and not exists (select 1 from bulk_operation_items i where i.operation_id = $1 and i.outcome is null)`,
    [id, new Date(now)],
  );
}

async function changed(db: Db, set: string, where: string, values: unknown[]): Promise<BulkOperation | null> {
  const { rows } = await db.query<BulkOperationRow>(
    `update bulk_operations set ${set}, handed_over_at = null where ${where} returning *`,
    values,
  );
  return rows[0] ? operationOf(rows[0]) : null;
}

/** Operations whose workflow has to be notified of a change, the last one too. */
export async function operationsToHandOver(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from bulk_operations where handed_over_at is null and outcomes is null limit 100',
  );
  return rows.map(({ id }) => id);
}

export async function markOperationHandedOver(db: Db, id: string, now: number): Promise<void> {
  await db.query('update bulk_operations set handed_over_at = $2 where id = $1', [id, new Date(now)]);
}

/** Has the workflows of all running operations notified again: one of them may have been terminated. */
export async function handOverAgain(db: Db): Promise<void> {
  await db.query(
    `update bulk_operations set handed_over_at = null where state = 'running' and handed_over_at is not null`,
  );
}

/** As it is stored. */
export interface BulkOperationRow {
  id: string;
  action: BulkAction;
  filter: BulkFilter;
  owner_refs: string[] | null;
  spread_ms: string;
  state: BulkState;
  total: number;
  actor: Actor;
  created_at: Date;
  ended_at: Date | null;
  outcomes: OutcomeCounts | null;
}

export function operationOf(row: BulkOperationRow): BulkOperation {
  return {
    ...{ id: row.id, action: row.action, filter: row.filter, ownerRefs: row.owner_refs },
    ...{ spreadMs: Number(row.spread_ms), state: row.state, total: row.total, actor: row.actor },
    createdAt: row.created_at.getTime(),
    endedAt: row.ended_at?.getTime() ?? null,
    outcomes: row.outcomes,
  };
}

/** What came of the connections of an operation so far. */
export async function countOutcomes(db: Db, operation: BulkOperation): Promise<OutcomeCounts> {
  if (operation.outcomes) return operation.outcomes;
  const { rows } = await db.query<{ outcome: BulkOutcome; count: number }>(
    `select outcome, count(*)::int from bulk_operation_items
     where operation_id = $1 and outcome is not null group by 1 order by 2 desc, 1`,
    [operation.id],
  );
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
}

/** Keeps the counts of an operation of which nothing is under way any more. */
export async function keepOutcomes(db: Db, id: string, outcomes: OutcomeCounts): Promise<void> {
  await db.query('update bulk_operations set outcomes = $2 where id = $1', [id, JSON.stringify(outcomes)]);
}
