import { type z } from '@hono/zod-openapi';
import { audited } from '../../../adapters/postgres/access/audit-log';
import {
  type BulkOperation as Row,
  type NewBulkOperation as Wanted,
  cancelOperation,
  countOpenOperations,
  countOutcomes,
  findBulkOperation,
  pauseOperation,
  resumeOperation,
} from '../../../adapters/postgres/fleet/bulk-operations';
import { countChosen, createBulkOperation } from '../../../adapters/postgres/fleet/new-bulk-operation';
import { type Db } from '../../../adapters/postgres/pool';
import { MAX_OPEN_OPERATIONS, countDone } from '../../../core/fleet/bulk-operations';
import { SECOND_MS } from '../../../core/time';
import { handOverOperation } from '../../../services/bulk-operations';
import { doneSoon } from '../../../services/notify-lifecycle';
import { type HttpDeps } from '../../deps';
import { type Caller } from '../../middleware/caller';
import { Problem, invalidField, notFound } from '../../problems';
import { iso } from '../integrations/integration-view';
import { type BulkOperation as BulkOperationSchema, type NewBulkOperation } from './schemas';

/** An operation as the API and the console show it. */
export type BulkOperation = z.infer<typeof BulkOperationSchema>;

type BulkDeps = Pick<HttpDeps, 'pool' | 'clock' | 'temporal' | 'logger'>;
type Given = Omit<z.infer<typeof NewBulkOperation>, 'dryRun'>;

/** How many connections an operation would be about. */
export function countMatching({ pool, clock }: BulkDeps, caller: Caller, given: Given): Promise<number> {
  return countChosen(pool, wantedBy(caller, given), clock.now());
}

/** Starts an operation. @throws Problem when more connections match than its limit, or too many operations are open */
export async function startBulkOperation(deps: BulkDeps, caller: Caller, given: Given): Promise<Row> {
  const now = deps.clock.now();
  const wanted = wantedBy(caller, given);
  const begun = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    async (db) => {
      await requireRoom(db, wanted, given.limit, now);
      return createBulkOperation(db, wanted, now);
    },
    ({ id, action, total }) => ({ action: 'bulk_operation.create', target: id, changes: { action, total } }),
  );
  await notifyWorkflow(deps, begun.id);
  return begun;
}

async function requireRoom(db: Db, wanted: Wanted, limit: number, now: number): Promise<void> {
  const total = await countChosen(db, wanted, now);
  if (total > limit)
    throw invalidField('limit', `is ${limit}, but ${total} connections match; raise it to include them all`);
  if ((await countOpenOperations(db)) >= MAX_OPEN_OPERATIONS)
    throw new Problem(
      'rate_limited',
      `${MAX_OPEN_OPERATIONS} bulk operations are open. Wait, or cancel one.`,
      {
        limitOf: 'service',
      },
    );
}

export const CHANGES = { pause: pauseOperation, resume: resumeOperation, cancel: cancelOperation } as const;
export type BulkChange = keyof typeof CHANGES;

/** Pauses, resumes or cancels. Idempotent; one that has ended stays as it is. */
export async function changeBulkOperation(
  deps: BulkDeps,
  caller: Caller,
  id: string,
  change: BulkChange,
): Promise<Row> {
  await findForCaller(deps, caller, id);
  const now = deps.clock.now();
  const changed = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    (db) => CHANGES[change](db, id, now),
    (row) => row && { action: `bulk_operation.${change}`, target: id },
  );
  if (changed) await notifyWorkflow(deps, id);
  return findForCaller(deps, caller, id);
}

/** @throws Problem `not_found` also for one about owners that the caller has no access to */
export async function findForCaller(
  { pool }: Pick<HttpDeps, 'pool'>,
  { ownerRefs }: Caller,
  id: string,
): Promise<Row> {
  const row = await findBulkOperation(pool, id);
  const isVisible = ownerRefs === null || row?.ownerRefs?.every((ref) => ownerRefs.includes(ref));
  if (!row || !isVisible) throw notFound('bulk operation');
  return row;
}

/** The operation is in the database: where its workflow cannot be notified now, a worker does it within seconds. */
async function notifyWorkflow(deps: BulkDeps, operationId: string): Promise<void> {
  const done = await doneSoon(deps.temporal, () => handOverOperation(deps, operationId));
  if (!done) deps.logger.warn({ operationId }, 'bulk operation not handed over; a worker will retry');
}

function wantedBy({ actor, ownerRefs }: Caller, { action, filter, spreadSeconds }: Given): Wanted {
  const { ids = null, state = null, reason = null, ownerRef = null, expiringWithinDays = null } = filter;
  return {
    action,
    filter: { ids, state, reason, ownerRef, expiringWithinDays },
    ...{ ownerRefs, actor, spreadMs: spreadSeconds * SECOND_MS },
  };
}

export async function toBulkOperationView(
  { pool }: Pick<HttpDeps, 'pool'>,
  row: Row,
): Promise<BulkOperation> {
  const outcomes = await countOutcomes(pool, row);
  const { id, action, filter, spreadMs, state, total } = row;
  return {
    ...{ id, action, filter: { ...filter, ids: filter.ids && [...filter.ids] } },
    ...{ spreadSeconds: spreadMs / SECOND_MS, state, total, done: countDone(outcomes), outcomes },
    createdAt: new Date(row.createdAt).toISOString(),
    endedAt: iso(row.endedAt),
  };
}
