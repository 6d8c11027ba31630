import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { forgetRuns } from '../adapters/temporal/forget-runs';
import { createLifecycleClient } from '../client/lifecycle-client';
import {
  FORMER_LIFECYCLE_TYPE,
  SIGNALS,
  WORKFLOW_TYPES,
  integrationIdOf,
  lifecycleWorkflowId,
} from '../core/names';

const RUNNING = `WorkflowType in ('${WORKFLOW_TYPES.tokenLifecycle}', '${FORMER_LIFECYCLE_TYPE}') and ExecutionStatus = 'Running'`;

/** Lifecycles as the service uses them: the client's functions, and those that only the audit needs. */
export function createLifecycles(client: Client) {
  const { start, rowChanged, tokenRejected } = createLifecycleClient(client);
  const handle = (integrationId: string): WorkflowHandle =>
    client.workflow.getHandle(lifecycleWorkflowId(integrationId));

  return {
    start,
    rowChanged,
    tokenRejected,
    handle,

    /** Like `rowChanged`, but does not start a missing lifecycle. */
    rowEnded: (integrationId: string): Promise<void> =>
      handle(integrationId)
        .signal(SIGNALS.rowChanged)
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }),

    /** The number of running lifecycles. Cheap, unlike listing them. */
    countRunning: async (): Promise<number> => (await client.workflow.count(RUNNING)).count,

    /** IDs of all integrations with a running lifecycle. */
    async *running(): AsyncGenerator<string> {
      for await (const { workflowId } of client.workflow.list({ query: RUNNING })) {
        const integrationId = integrationIdOf(workflowId);
        if (integrationId !== null) yield integrationId;
      }
    },

    /** Deletes every run of an integration from Temporal. @returns how many */
    forget: (integrationId: string) => forgetRuns(client, integrationId),

    /** Terminates a run at its message limit. @returns false: there was none */
    async terminate(integrationId: string, why: string): Promise<boolean> {
      try {
        await handle(integrationId).terminate(why);
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}

export type Lifecycles = ReturnType<typeof createLifecycles>;
