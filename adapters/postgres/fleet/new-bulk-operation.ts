import { APPLIES_IN } from '../../../core/fleet/bulk-operations';
import { DAY_MS } from '../../../core/time';
import { newId } from '../../ids';
import { MATCHES_FILTER, filterValues } from '../integrations/filter';
import { type Db } from '../pool';
import {
  type BulkOperation,
  type BulkOperationRow,
  type NewBulkOperation,
  operationOf,
} from './bulk-operations';

const CHOSEN = `${MATCHES_FILTER}
  and ($8::text[] is null or id = any ($8))
  and state = any ($9)`;

function chosenValues({ action, filter, ownerRefs }: NewBulkOperation, now: number): unknown[] {
  const { state, ownerRef, reason, expiringWithinDays: days, ids } = filter;
  const expiringBefore = days === null ? null : now + days * DAY_MS;
  return [
    ...filterValues({
      ...{ state, ownerRef, ownerRefs, reason, expiringBefore },
      ...{ externalId: null, accountId: null },
    }),
    ids,
    APPLIES_IN[action],
  ];
}

/** How many connections an operation would be about. */
export async function countChosen(db: Db, wanted: NewBulkOperation, now: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int from integrations where ${CHOSEN}`,
    chosenValues(wanted, now),
  );
  return rows[0]!.count;
}

/** Begins an operation with the connections that match now, those with the least time left first. In one transaction. */
export async function createBulkOperation(
  db: Db,
  wanted: NewBulkOperation,
  now: number,
): Promise<BulkOperation> {
  const id = newId('blk');
  const { action, filter, ownerRefs, spreadMs, actor } = wanted;
  await db.query(
    `insert into bulk_operations (id, action, filter, owner_refs, spread_ms, state, total, actor, created_at)
     values ($1, $2, $3, $4, $5, 'running', 0, $6, $7)`,
    [id, action, JSON.stringify(filter), ownerRefs, spreadMs, JSON.stringify(actor), new Date(now)],
  );
  const { rowCount } = await db.query(
    `insert into bulk_operation_items (operation_id, integration_id, due_at)
     select $10, id, $11::timestamptz + ($12::bigint * (row_number() over (order by expires_at nulls last, id) - 1)
       / count(*) over ()) * interval '1 millisecond'
     from integrations where ${CHOSEN}`,
    [...chosenValues(wanted, now), id, new Date(now), spreadMs],
  );
  const { rows } = await db.query<BulkOperationRow>(
    `update bulk_operations set total = $2, state = case when $2 = 0 then 'finished' else state end,
       ended_at = case when $2 = 0 then created_at end
     where id = $1 returning *`,
    [id, rowCount ?? 0],
  );
  return operationOf(rows[0]!);
}
