import { type BulkProgress } from '../../../core/fleet/bulk-operations';
import { wakeOperation } from '../../../adapters/temporal/bulk-operations';
import { bulkOperationWorkflowId } from '../../../core/names';
import { type Stack } from '../stack';
import { until } from '../until';
import { recordHistory } from './record';

const step = (state: BulkProgress['state'], waitMs: number | null): BulkProgress => ({
  ...{ action: 'recheck', state, total: 3, outcomes: { verified_ok: 1 }, waitMs },
});

/** An operation that waits, is paused, resumed and finished, and one that an operator cancels in Temporal. */
export async function recordBulk(stack: Stack, name: string): Promise<void> {
  const steps = [step('running', 5_000), step('running', 3_600_000), step('paused', null)];
  await stack.stopWorkers();
  await stack.startWorkers({
    advanceBulkOperation: async () => steps.shift() ?? step('finished', null),
    cancelBulkOperation: async () => undefined,
  });
  const begin = async (id: string) => {
    await wakeOperation(stack.client, id);
    const handle = stack.client.workflow.getHandle(bulkOperationWorkflowId(id));
    const countOf = async (kind: 'timerStartedEventAttributes' | 'activityTaskCompletedEventAttributes') =>
      ((await handle.fetchHistory()).events ?? []).filter((event) => event[kind]).length;
    return { handle, countOf };
  };

  const { handle, countOf } = await begin('blk_recorded');
  await until(async () => (await countOf('timerStartedEventAttributes')) === 2, { timeoutMs: 20_000 });
  await wakeOperation(stack.client, 'blk_recorded');
  await until(async () => (await countOf('activityTaskCompletedEventAttributes')) === 3);
  await wakeOperation(stack.client, 'blk_recorded');
  await handle.result();
  await recordHistory(stack, `${name}-bulk`, handle.workflowId);

  steps.push(step('running', 3_600_000));
  const canceled = await begin('blk_canceled');
  await until(async () => (await canceled.countOf('timerStartedEventAttributes')) === 1);
  await canceled.handle.cancel();
  await canceled.handle.result().catch(() => undefined);
  await recordHistory(stack, `${name}-bulk-canceled`, canceled.handle.workflowId);
}
