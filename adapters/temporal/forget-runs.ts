import { type Client, isGrpcServiceError } from '@temporalio/client';
import { lifecycleWorkflowId, sendMessageWorkflowId } from '../../core/names';

/** gRPC's status for what is not there. @see https://grpc.io/docs/guides/status-codes/ */
const NOT_FOUND = 5;

/**
 * Deletes every run of an integration's lifecycle and of its sends with their histories, running ones too. What began a
 * moment ago may not be listed yet: to be sure, ask again until there was none.
 * @returns how many there were
 */
export async function forgetRuns(client: Client, integrationId: string): Promise<number> {
  const query = `WorkflowId = '${lifecycleWorkflowId(integrationId)}' or WorkflowId starts_with '${sendMessageWorkflowId(integrationId, '')}'`;
  let found = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    found += 1;
    await client.workflowService
      .deleteWorkflowExecution({
        namespace: client.options.namespace,
        workflowExecution: { workflowId, runId },
      })
      .catch((error: unknown) => {
        if (!(isGrpcServiceError(error) && error.code === NOT_FOUND)) throw error;
      });
  }
  return found;
}
