import { type Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { lifecycleWorkflowId } from '../core/names';
import { MINUTE_MS, SECOND_MS } from '../core/time';
import { until } from '../test/support/until';

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

/** Lifecycles whose histories are read. */
const SAMPLE = 20;

/** Of all runs that a query of the visibility store finds, since an instant (epoch ms). */
export async function actionsFound(client: Client, query: string, since: number): Promise<number> {
  let actions = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query }))
    actions += countSince((await client.workflow.getHandle(workflowId, runId).fetchHistory()).events, since);
  return actions;
}

/** Of one lifecycle, by the histories of some of them. */
export async function actionsPerLifecycle(
  client: Client,
  integrationIds: readonly string[],
  since: number,
): Promise<number> {
  const sample = integrationIds.slice(0, SAMPLE);
  let actions = 0;
  for (const id of sample) actions += await actionsOf(client, lifecycleWorkflowId(id), since);
  return actions / sample.length;
}

/**
 * Of a workflow's latest run and of the one before, which the visibility store may not show yet. First the latest run has
 * to come to rest: what is still in a queue is in no history.
 */
async function actionsOf(client: Client, workflowId: string, since: number): Promise<number> {
  const handle = client.workflow.getHandle(workflowId);
  await until(async () => !(await handle.describe()).raw.pendingWorkflowTask, {
    ...{ timeoutMs: MINUTE_MS, everyMs: 100, what: `${workflowId} rests` },
  });
  const { events } = await handle.fetchHistory();
  const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  const former = before ? await client.workflow.getHandle(workflowId, before).fetchHistory() : null;
  return countSince(events, since) + countSince(former?.events, since);
}

type Events = temporal.api.history.v1.IHistory['events'];

function countSince(events: Events, since: number): number {
  return (events ?? []).filter(
    ({ eventType, eventTime }) =>
      ACTIONS.has(eventType ?? 0) &&
      Number(eventTime?.seconds) * SECOND_MS + Number(eventTime?.nanos) / 1_000_000 >= since,
  ).length;
}
