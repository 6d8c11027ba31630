import {
  type Client,
  type WorkflowHandle,
  WorkflowNotFoundError,
  isGrpcServiceError,
} from '@temporalio/client';
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

/** @see https://docs.temporal.io/search-attribute */
const PROBLEMS = `${RUNNING} and TemporalReportedProblems is not null`;
/** gRPC's status for a query that the server does not understand: it is older than the attribute. */
const INVALID_ARGUMENT = 3;
/** A workflow task is attempted again after a crash, too. That often it fails only by itself. */
const STUCK_AT_ATTEMPT = 4;

/** Lifecycles as the service uses them: the client's functions, and those that only the audit needs. */
export function createLifecycles(client: Client) {
  const { start, rowChanged, tokenRejected, recover, ensureFresh } = createLifecycleClient(client);
  const handle = (integrationId: string): WorkflowHandle =>
    client.workflow.getHandle(lifecycleWorkflowId(integrationId));

  return {
    start,
    rowChanged,
    tokenRejected,
    recover,
    ensureFresh,
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

    /** Whether the run fails its workflow tasks: it cannot go on by itself. @see https://docs.temporal.io/references/failures */
    async isStuck(integrationId: string): Promise<boolean> {
      try {
        const { raw } = await handle(integrationId).describe();
        return (raw.pendingWorkflowTask?.attempt ?? 0) >= STUCK_AT_ATTEMPT;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },

    /** IDs of integrations whose lifecycle the server reports as failing. Empty where the server cannot tell. */
    async reportedProblems(): Promise<string[]> {
      const found: string[] = [];
      try {
        for await (const { workflowId } of client.workflow.list({ query: PROBLEMS })) {
          const integrationId = integrationIdOf(workflowId);
          if (integrationId !== null) found.push(integrationId);
        }
      } catch (error) {
        const { cause } = error as { cause?: unknown };
        if (!(isGrpcServiceError(cause) && cause.code === INVALID_ARGUMENT)) throw error;
      }
      return found;
    },

    /** Terminates a run that cannot go on. @returns false: there was none */
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
