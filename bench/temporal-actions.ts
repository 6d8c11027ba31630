import { type Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { EventType } = temporal.api.enums.v1;

/**
 * What Temporal Cloud counts, as far as a history shows it: each start (continue-as-new is one), activity, timer, signal
 * and update, and each change of search attributes.
 * @see https://docs.temporal.io/evaluate/cloud/actions
 */
const ACTIONS = new Set<number>([
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
  EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
]);

/** Of all runs that a query of the visibility store finds, since an instant (epoch ms). */
export async function actionsOf(client: Client, query: string, since: number): Promise<number> {
  let actions = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const { eventType, eventTime } of events ?? [])
      if (ACTIONS.has(eventType ?? 0) && Number(eventTime?.seconds) * 1_000 >= since) actions += 1;
  }
  return actions;
}
