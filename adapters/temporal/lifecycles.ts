import {
  type Client,
  WorkflowIdConflictPolicy,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { type Rejection } from '../../core/facts';
import {
  LIFECYCLE_TASK_SECONDS,
  SIGNALS,
  TASK_QUEUE,
  WORKFLOW_TYPES,
  integrationIdOf,
  lifecycleWorkflowId,
} from '../../core/names';
import { forgetRuns } from './forget-runs';

const RUNNING = `WorkflowType = '${WORKFLOW_TYPES.tokenLifecycle}' and ExecutionStatus = 'Running'`;
const LIMIT_TRIES = 15;
const LIMIT_WAIT_MS = 1_000;

/** Whether Temporal refused a message because its run has had all it may get (10,000 signals). */
export function isAtItsLimit(error: unknown): boolean {
  const cause = (error as { cause?: unknown } | null)?.cause ?? error;
  const { details, message } = (cause ?? {}) as { details?: string; message?: string };
  return /exceeded workflow execution limit for signal/i.test(`${details} ${message}`);
}

/** Lifecycles as activities and clients reach them: every message starts the one it is for, should it be missing. */
export function createLifecycles(client: Client) {
  const startOptions = (integrationId: string) => ({
    workflowId: lifecycleWorkflowId(integrationId),
    taskQueue: TASK_QUEUE,
    args: [{ integrationId }],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowTaskTimeout: `${LIFECYCLE_TASK_SECONDS}s` as const,
  });

  async function signal(integrationId: string, name: string, args: unknown[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await client.workflow.signalWithStart(WORKFLOW_TYPES.tokenLifecycle, {
          ...startOptions(integrationId),
          signal: name,
          signalArgs: args,
        });
        return;
      } catch (error) {
        // A flooded run continues as new as soon as it gets a breath; then it takes messages again.
        if (!isAtItsLimit(error) || tries >= LIMIT_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, LIMIT_WAIT_MS));
      }
    }
  }

  return {
    startOptions,
    handle: (integrationId: string): WorkflowHandle =>
      client.workflow.getHandle(lifecycleWorkflowId(integrationId)),
    start: (integrationId: string) =>
      client.workflow.start(WORKFLOW_TYPES.tokenLifecycle, startOptions(integrationId)),
    rowChanged: (integrationId: string) => signal(integrationId, SIGNALS.rowChanged, []),
    /** The same, unless there is none. */
    rowEnded: (integrationId: string) =>
      client.workflow
        .getHandle(lifecycleWorkflowId(integrationId))
        .signal(SIGNALS.rowChanged)
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }),
    refreshNow: (integrationId: string) => signal(integrationId, SIGNALS.refreshNow, []),
    tokenRejected: (integrationId: string, rejection: Rejection) =>
      signal(integrationId, SIGNALS.tokenRejected, [rejection]),

    /** How many lifecycles run now: cheap, where listing them is not. */
    countRunning: async (): Promise<number> => (await client.workflow.count(RUNNING)).count,

    /** Ids of all integrations whose lifecycle is running now. */
    async *running(): AsyncGenerator<string> {
      for await (const { workflowId } of client.workflow.list({ query: RUNNING })) {
        const integrationId = integrationIdOf(workflowId);
        if (integrationId !== null) yield integrationId;
      }
    },

    /** Removes everything that Temporal holds of an integration. @returns how many runs there were */
    forget: (integrationId: string) => forgetRuns(client, integrationId),

    /** Ends a run that takes no message any more. False when there was none. */
    async terminate(integrationId: string, why: string): Promise<boolean> {
      try {
        await client.workflow.getHandle(lifecycleWorkflowId(integrationId)).terminate(why);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}

export type Lifecycles = ReturnType<typeof createLifecycles>;
