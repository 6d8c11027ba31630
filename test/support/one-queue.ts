import { type NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { TASK_QUEUE } from '../../core/names';
import { workerDataConverter } from '../../worker/bundle';
import { published } from './servers';
import { type Stack } from './stack';

/** A worker of one queue alone, so that what is for the other one waits. @returns stops it */
export async function startWorkerOf(
  stack: Stack,
  connection: NativeConnection,
  taskQueue: string,
  workflowBundle: WorkflowBundleOption = { codePath: published('workflowBundle') },
): Promise<() => Promise<void>> {
  const worker = await Worker.create({
    connection,
    namespace: stack.client.options.namespace,
    taskQueue,
    activities: { ...createActivities(stack.deps) },
    dataConverter: workerDataConverter(),
    ...(taskQueue === TASK_QUEUE ? { workflowBundle } : { maxConcurrentActivityTaskExecutions: 1 }),
  });
  const ended = worker.run();
  return async () => {
    worker.shutdown();
    await ended;
  };
}
