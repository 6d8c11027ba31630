import { Context } from '@temporalio/activity';
import { reasonOf } from '../../adapters/error-reason';
import {
  type BegunItem,
  claimItem,
  deferItem,
  endItem,
  interruptedItems,
  nextItemDueAt,
} from '../../adapters/postgres/fleet/bulk-items';
import {
  type BulkOperation,
  cancelOpenItems,
  cancelOperation,
  countOutcomes,
  findBulkOperation,
  finishOperation,
  keepOutcomes,
} from '../../adapters/postgres/fleet/bulk-operations';
import { withTransaction } from '../../adapters/postgres/pool';
import {
  type BulkInput,
  type BulkProgress,
  bulkRetryDelayMs,
  bulkWaitMs,
  hasEnded,
} from '../../core/fleet/bulk-operations';
import { SECOND_MS } from '../../core/time';
import { type BulkDeps, actOn } from './bulk-actions';
import { toApplicationFailure } from '../failures';

/** So many connections at once: recoveries that are urgent keep most places. */
const AT_ONCE = 8;
/** After this the progress is returned to the workflow. */
const WORK_FOR_MS = 15 * SECOND_MS;

/** Does what is due in an operation, for some seconds at most. Idempotent. */
export async function advanceBulkOperation(
  deps: BulkDeps,
  { operationId }: BulkInput,
): Promise<BulkProgress | null> {
  try {
    const operation = await findBulkOperation(deps.pool, operationId);
    if (!operation) return null;
    const interrupted = await interruptedItems(deps.pool, operationId);
    await Promise.all(interrupted.map((item) => attempt(deps, operation, item)));
    const until = performance.now() + WORK_FOR_MS;
    const isOver = () => performance.now() >= until || Context.current().cancellationSignal.aborted;
    await Promise.all(Array.from({ length: AT_ONCE }, () => workOn(deps, operation, isOver)));
    return await progressOf(deps, operationId);
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

/** What an operator who cancels the workflow in Temporal expects. */
export async function cancelBulkOperation({ pool, clock }: BulkDeps, { operationId }: BulkInput) {
  try {
    await withTransaction(pool, async (db) => {
      await cancelOperation(db, operationId, clock.now());
      await cancelOpenItems(db, operationId, clock.now());
    });
    const operation = await findBulkOperation(pool, operationId);
    if (operation) await keepOutcomes(pool, operationId, await countOutcomes(pool, operation));
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

async function workOn(deps: BulkDeps, operation: BulkOperation, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const item = await claimItem(deps.pool, operation.id, deps.clock.now());
    if (!item) return;
    await attempt(deps, operation, item);
  }
}

/** One that fails by our own doing does not keep the others waiting. @throws if that cannot be recorded */
async function attempt(deps: BulkDeps, operation: BulkOperation, item: BegunItem): Promise<void> {
  const { pool, clock, logger } = deps;
  const { integrationId } = item;
  try {
    await actOn(deps, operation, item);
  } catch (error) {
    const reason = reasonOf(error);
    const delayMs = bulkRetryDelayMs(item.tries + 1);
    logger.warn(
      { integrationId, operationId: operation.id, reason },
      'bulk operation: one connection failed',
    );
    if (delayMs !== null) return deferItem(pool, operation.id, integrationId, clock.now() + delayMs);
    await endItem(pool, operation.id, integrationId, { outcome: 'failed', error: reason }, clock.now());
  }
}

async function progressOf({ pool, clock }: BulkDeps, id: string): Promise<BulkProgress | null> {
  const now = clock.now();
  const dueAt = await nextItemDueAt(pool, id);
  const operation =
    (dueAt === null ? await finishOperation(pool, id, now) : null) ?? (await findBulkOperation(pool, id));
  if (!operation) return null;
  const { action, state, total } = operation;
  const outcomes = await countOutcomes(pool, operation);
  if (hasEnded(state)) await keepOutcomes(pool, id, outcomes);
  const waitMs = state === 'running' && dueAt !== null ? bulkWaitMs(dueAt, now) : null;
  return { action, state, total, outcomes, waitMs };
}
