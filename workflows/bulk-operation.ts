import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { type BulkInput, type BulkProgress, hasEnded } from '../core/fleet/bulk-operations';
import { HEARTBEAT_TIMEOUT, OPERATION_CHANGED, TASK_QUEUE, WORKFLOW_TYPES } from '../core/names';
import { bulkProgressText } from '../core/text/bulk-operations';
import { onNextVersion, watchVersion } from './next-version';

/** Its row was changed: paused, resumed or canceled. */
const operationChangedSignal = defineSignal(OPERATION_CHANGED);
/** A run does no more than this before it continues as new. */
const MAX_STEPS = 100;

const { advanceBulkOperation, cancelBulkOperation } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUE,
  startToCloseTimeout: '5m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1s', maximumInterval: '30s' },
  // What is under way ends as it would, and is recorded.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/**
 * Does something with many connections. Which ones, and how far it has come, is in the database: the run only knows how
 * long to sleep.
 */
export async function BulkOperation(input: BulkInput): Promise<BulkProgress | null> {
  try {
    return await drive(input);
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => cancelBulkOperation(input));
    throw error;
  }
}

async function drive(input: BulkInput): Promise<BulkProgress | null> {
  let changed = false;
  let steps = 0;
  setHandler(operationChangedSignal, () => {
    changed = true;
    steps += 1;
  });
  const isOutdated = watchVersion();
  for (;;) {
    if (steps >= MAX_STEPS || workflowInfo().continueAsNewSuggested || isOutdated())
      return makeContinueAsNewFunc<typeof BulkOperation>({
        workflowType: WORKFLOW_TYPES.bulkOperation,
        ...onNextVersion(),
      })(input);
    steps += 1;
    changed = false;
    const progress = await advanceBulkOperation(input);
    setCurrentDetails(progress ? bulkProgressText(progress) : '');
    // A signal that arrives while this ends repeats the last task, and is seen here.
    if (changed || progress?.waitMs === 0) continue;
    if (!progress || hasEnded(progress.state)) return progress;
    await (progress.waitMs === null ? condition(() => changed) : condition(() => changed, progress.waitMs));
  }
}
