import { type Client, WorkflowIdConflictPolicy } from '@temporalio/client';
import { LANE_CHANGED, TASK_QUEUE, WORKFLOW_TYPES, deliverEventWorkflowId } from '../../core/names';

/** Tells the workflow of a lane of deliveries that there is something to do; starts it, should it not run. */
export async function wakeLane(client: Client, lane: string): Promise<void> {
  await client.workflow.signalWithStart(WORKFLOW_TYPES.deliverEvent, {
    workflowId: deliverEventWorkflowId(lane),
    taskQueue: TASK_QUEUE,
    args: [{ lane }],
    signal: LANE_CHANGED,
    signalArgs: [],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
}
