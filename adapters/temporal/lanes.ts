import { type Client, WorkflowIdConflictPolicy } from '@temporalio/client';
import { LANE_CHANGED, TASK_QUEUE, WORKFLOW_TYPES, deliverEventWorkflowId } from '../../core/names';

/** Longer than the steps of a run can take. A lane whose run is lost is found by the audit. */
const RUN_TIMEOUT = '30 days';

/** Tells the workflow of a lane of deliveries that there is something to do; starts it, should it not run. */
export async function wakeLane(client: Client, lane: string): Promise<void> {
  await client.workflow.signalWithStart(WORKFLOW_TYPES.deliverEvent, {
    workflowId: deliverEventWorkflowId(lane),
    taskQueue: TASK_QUEUE,
    args: [{ lane }],
    signal: LANE_CHANGED,
    signalArgs: [],
    workflowRunTimeout: RUN_TIMEOUT,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
}
