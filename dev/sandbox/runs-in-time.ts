import { randomUUID } from 'node:crypto';
import { type Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { type Integration, factsOf } from '../../adapters/postgres/integrations/integration-row';
import { lifecycleWorkflowId } from '../../core/names';
import { SECOND_MS } from '../../core/time';
import { statusQuery } from '../../workflows/messages';
import { type LifecycleStatus } from '../../core/lifecycle/messages';

/** What the development server is asked of single runs: whether they rest, and to move them forward. */

export const SETTLE_WITHIN_MS = 45 * SECOND_MS;
const QUERY_WITHIN_MS = 2 * SECOND_MS;
const {
  FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED: COMPLETED,
  FAST_FORWARD_POLLING_RESULT_POLL_TIMEOUT: AGAIN,
} = temporal.api.enums.v1.FastForwardPollingResult;

/** Whether a run's own facts are those of its row, and it rests. */
export async function knowsItsRow(client: Client, row: Integration): Promise<boolean> {
  const status = await statusOf(client, row.id);
  if (status?.nextAction !== 'wait') return false;
  const { facts } = status;
  return (
    facts?.version === row.version &&
    facts.state === row.state &&
    facts.nextAttemptAt === row.nextAttemptAt &&
    facts.paused === row.paused &&
    facts.reminder?.sent === factsOf(row).reminder?.sent &&
    facts.recovery?.nextAttemptAt === row.recovery?.nextAttemptAt
  );
}

/**
 * Whether an activity or a workflow task is pending. Its status does not show a second load of the same row; an activity
 * that reads the sandbox's clock after it was moved, but before its lifecycle was, would count the move twice.
 */
export async function isBusy(client: Client, integrationId: string): Promise<boolean> {
  const handle = client.workflow.getHandle(lifecycleWorkflowId(integrationId));
  const described = await handle.describe().catch(() => null);
  if (!described) return true;
  const { pendingActivities, pendingWorkflowTask } = described.raw;
  return (pendingActivities?.length ?? 0) > 0 || Boolean(pendingWorkflowTask);
}

async function statusOf(client: Client, integrationId: string): Promise<LifecycleStatus | null> {
  const handle = client.workflow.getHandle(lifecycleWorkflowId(integrationId));
  // A query that meets a run just as it ends may be lost: asked again, it is answered.
  const deadline = Date.now() + QUERY_WITHIN_MS;
  return client.withDeadline(deadline, () => handle.query(statusQuery)).catch(() => null);
}

/** @see https://docs.temporal.io/develop/typescript/best-practices/testing-suite for what time skipping is for */
export async function fastForward(client: Client, integrationId: string, byMs: number): Promise<string> {
  const { namespace } = client.options;
  const workflowExecution = { workflowId: lifecycleWorkflowId(integrationId) };
  const id = randomUUID();
  await client.workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution,
    workflowExecutionOptions: {
      timeSkippingConfig: { enabled: true, fastForwardConfig: { id, duration: msToTs(byMs) } },
    },
    updateMask: { paths: ['time_skipping_config'] },
  });
  return id;
}

/** Waits until a workflow has been moved. A move under way holds off while an activity runs, so one may take a while. */
export async function arrival(client: Client, integrationId: string, fastForwardId: string): Promise<void> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  const { namespace } = client.options;
  const workflowExecution = { workflowId: lifecycleWorkflowId(integrationId) };
  for (;;) {
    const { fastForwardPollingResult: result, failedReason } =
      await client.workflowService.pollWorkflowExecutionTimeSkipping({
        namespace,
        workflowExecution,
        fastForwardId,
      });
    if (result === COMPLETED) return;
    if (result !== AGAIN || Date.now() > deadline)
      throw new Error(
        `The lifecycle of ${integrationId} could not be moved forward: ${failedReason || 'it took too long'}`,
      );
  }
}
