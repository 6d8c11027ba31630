import { type Client, WorkflowIdConflictPolicy } from '@temporalio/client';
import { OPERATION_CHANGED, TASK_QUEUE, WORKFLOW_TYPES, bulkOperationWorkflowId } from '../../core/names';

/** Has the workflow of an operation read its row again; starts it, should it not run. */
export async function wakeOperation(client: Client, operationId: string): Promise<void> {
  await client.workflow.signalWithStart(WORKFLOW_TYPES.bulkOperation, {
    workflowId: bulkOperationWorkflowId(operationId),
    taskQueue: TASK_QUEUE,
    args: [{ operationId }],
    signal: OPERATION_CHANGED,
    signalArgs: [],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
}
