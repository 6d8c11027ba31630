import { type Duration } from '@temporalio/common';
import {
  type NativeConnection,
  Worker,
  type WorkerDeploymentOptions,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { type Activities } from '../activities';
import { DELIVERY_TASK_QUEUE, INSTAGRAM_TASK_QUEUE, MAIL_TASK_QUEUE, TASK_QUEUE } from '../core/names';
import { workerDataConverter } from './bundle';
import { heartbeats } from './heartbeats';

/** An answer of Instagram's that is being stored must not be cut off. */
const SHUTDOWN_GRACE = '45s';

/**
 * How long workflow code may compute at a stretch; past it the SDK kills the thread that all workflows share. The
 * option is not in its typings, and 5 s by default: too short for a task with a flood of signals in it.
 */
const WORKFLOW_TIMEOUTS: Partial<WorkerOptions> = {
  isolateExecutionTimeout: '60s',
  // A run whose worker died is offered to the others after this.
  stickyQueueScheduleToStartTimeout: '3s',
} as Partial<WorkerOptions>;

export interface WorkerParts {
  connection: NativeConnection;
  namespace: string;
  activities: Activities;
  workflowBundle: WorkflowBundleOption;
  /** How long work under way may go on after a stop was asked for. */
  shutdownGrace?: Duration;
  /** What other namespaces may call. */
  nexusServices?: WorkerOptions['nexusServices'];
  /** Null: workers without versions. */
  deployment?: WorkerDeploymentOptions | null;
}

/**
 * One worker for workflows and the database, one for calls to Instagram, one for webhooks, one for mails: neither a slow
 * provider nor a slow consumer holds up the rest.
 */
export async function createWorkers(parts: WorkerParts): Promise<{ run(): Promise<void>; shutdown(): void }> {
  const { connection, namespace, activities, workflowBundle } = parts;
  const shared = {
    connection,
    namespace,
    activities: { ...activities },
    dataConverter: workerDataConverter(),
    interceptors: { activity: [heartbeats()] },
    // Heartbeats are sent no less often, so that one that is late is not the last.
    maxHeartbeatThrottleInterval: '3s' as const,
    shutdownGraceTime: parts.shutdownGrace ?? SHUTDOWN_GRACE,
    ...(parts.deployment && { workerDeploymentOptions: parts.deployment }),
  };
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      ...WORKFLOW_TIMEOUTS,
      taskQueue: TASK_QUEUE,
      workflowBundle,
      // A lifecycle acts twice in sixty days: one that sleeps need not be in memory, and is read again from its short history.
      maxCachedWorkflows: 100,
      ...(parts.nexusServices && { nexusServices: parts.nexusServices }),
    }),
    Worker.create({ ...shared, taskQueue: INSTAGRAM_TASK_QUEUE, maxConcurrentActivityTaskExecutions: 20 }),
    Worker.create({ ...shared, taskQueue: MAIL_TASK_QUEUE, maxConcurrentActivityTaskExecutions: 10 }),
    Worker.create({ ...shared, taskQueue: DELIVERY_TASK_QUEUE, maxConcurrentActivityTaskExecutions: 50 }),
  ]);
  return {
    run: async () => void (await Promise.all(workers.map((worker) => worker.run()))),
    shutdown: () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}
