import { readFileSync } from 'node:fs';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../../../activities';
import { INSTAGRAM_TASK_QUEUE, TASK_QUEUE, lifecycleWorkflowId } from '../../../core/names';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';
import { startWorkerOf } from '../one-queue';
import { published } from '../servers';
import { type Stack, startStack } from '../stack';
import { until } from '../until';
import { recordHistory } from './record';

const reportOf = (version: number) => ({ version, code: 190, subcode: null, source: 'recording' });

/** A refresh that was asked for by a signal, and whose activity gave up twice before it succeeded. */
export async function recordGivenUp(stack: Stack, name: string): Promise<void> {
  const { id, version } = await stack.connect('given.up');
  const workflowId = lifecycleWorkflowId(id);
  await until(async () => (await stack.lifecycles.status(id)).facts !== null);
  await stack.stopWorkers();
  await stack.startWorkers({
    refreshToken: async () => {
      throw new Error('the database is away');
    },
  });
  await stack.travel.advance(2 * DAY_MS);
  await stack.client.workflow.getHandle(workflowId).signal('refreshNow');
  await until(async () => {
    const { events } = await stack.client.workflow.getHandle(workflowId).fetchHistory();
    const failed = events?.findIndex((event) => event.activityTaskFailedEventAttributes) ?? -1;
    return failed >= 0 && events!.slice(failed).some((event) => event.timerStartedEventAttributes);
  });
  await stack.stopWorkers();
  await stack.startWorkers();
  await stack.travel.advance(5 * MINUTE_MS);
  await until(async () => (await stack.row(id)).version === version + 1);
  await recordFirstRun(stack, `${name}-activity-gave-up`, workflowId);
}

/** An expiry that an incident withdrew, probes while it lasts, and a recovery at its end. */
export async function recordIncident(name: string): Promise<void> {
  // Among other connections three would not be many.
  const stack = await startStack();
  const ids: string[] = [];
  for (const username of ['one', 'two', 'three']) ids.push((await stack.connect(username)).id);
  await stack.travel.advance(2 * DAY_MS);
  for (const path of ['/me', '/refresh_access_token'])
    stack.simulator.addFault({ match: { path }, status: 400, error: { code: 190, subcode: 460 } });
  for (const id of ids) await stack.lifecycles.recover(id, reportOf(1));
  await until(async () => (await stack.lifecycles.status(ids[0]!)).facts?.state === 'recovering');
  await stack.travel.advance(5 * MINUTE_MS);
  await stack.calm();
  await stack.travel.advance(2 * MINUTE_MS);
  await recordHistory(stack, `${name}-incident`, lifecycleWorkflowId(ids[0]!));
  await stack.stop();
}

/** A refresh that waits in the queue when a recovery is asked for: it gives way, and in runs of before it did not. */
export async function recordGivingWay(stack: Stack, name: string): Promise<void> {
  const code = readFileSync(published('workflowBundle'), 'utf8');
  const before = code.replaceAll("host.patched('urgent-first')", 'false');
  if (before === code) throw new Error('The bundle has no patch urgent-first.');
  await stack.stopWorkers();
  const connection = await NativeConnection.connect({ address: stack.temporalAddress });
  const bundles = { 'gave-way': code, 'before-giving-way': before };
  for (const [kind, bundle] of Object.entries(bundles)) {
    const { id } = await stack.connect(kind.replaceAll('-', '.'), { start: false });
    const workflowId = lifecycleWorkflowId(id);
    stack.simulator.clock.advance(2 * DAY_MS);
    const due = new Date(stack.simulator.clock.now());
    await stack.pool.query('update integrations set refresh_at = $2 where id = $1', [id, due]);
    const events = async () =>
      (await stack.client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
    const waits = async (activity: string) =>
      (await events()).some(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity,
      );
    const reportWasSeen = async () => {
      const seen = await events();
      const report = seen.findIndex((event) => event.workflowExecutionSignaledEventAttributes);
      return report >= 0 && seen.slice(report).some((event) => event.workflowTaskCompletedEventAttributes);
    };
    const stopWorkflows = await startWorkerOf(stack, connection, TASK_QUEUE, { code: bundle });
    await stack.lifecycles.start(id);
    await until(() => waits('refreshToken'));
    await stack.lifecycles.tokenRejected(id, reportOf(1));
    await until(reportWasSeen);
    if (kind === 'gave-way') await until(() => waits('recoverToken'));
    const stopInstagram = await startWorkerOf(stack, connection, INSTAGRAM_TASK_QUEUE);
    await until(async () => (await stack.row(id)).version === 2);
    await recordFirstRun(stack, `${name}-${kind}`, workflowId);
    await stopInstagram();
    await stopWorkflows();
  }
  await connection.close();
  await stack.startWorkers();
}

/** A refresh that waited in the queue, and whose result waited for a worker: a minute that is no difference of clocks. */
export async function recordWaited(name: string): Promise<void> {
  // In a sandbox whose clock was moved, the activities' clock is ahead of the workflow's.
  const stack = await startStack({ workers: false });
  const { id } = await stack.connect('waited', { start: false });
  const issuedAt = new Date(stack.simulator.clock.now() - 2 * DAY_MS);
  await stack.pool.query('update integrations set issued_at = $2, refresh_at = $2 where id = $1', [
    id,
    issuedAt,
  ]);
  const connection = await NativeConnection.connect({ address: stack.temporalAddress });
  const stopWorkflows = await startWorkerOf(stack, connection, TASK_QUEUE);
  const workflowId = lifecycleWorkflowId(id);
  await stack.lifecycles.start(id);
  const events = async () => (await stack.client.workflow.getHandle(workflowId).fetchHistory()).events ?? [];
  const refreshes = async () =>
    (await events()).some(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'refreshToken',
    );
  await until(refreshes);
  const waitedMs = MINUTE_MS + 2 * SECOND_MS;
  const enough = Date.now() + waitedMs;
  await until(() => Date.now() >= enough, { timeoutMs: 2 * MINUTE_MS });
  const { loadFacts } = createActivities(stack.deps);
  await stack.startWorkers({
    refreshToken: async (input) => {
      const { facts, now } = await loadFacts(input);
      const refreshed = facts && { ...facts, version: facts.version + 1 };
      return { facts: refreshed, outcome: 'refreshed', now: now - waitedMs };
    },
  });
  await recordFirstRun(stack, `${name}-waited`, workflowId);
  await stopWorkflows();
  await connection.close();
  await stack.stop();
}

/** Records the first run of a lifecycle, once it has continued as new. */
async function recordFirstRun(stack: Stack, name: string, workflowId: string): Promise<void> {
  const { raw } = await stack.client.workflow.getHandle(workflowId).describe();
  const runId = raw.workflowExecutionInfo!.firstRunId!;
  const run = stack.client.workflow.getHandle(workflowId, runId);
  await until(async () => (await run.describe()).status.name === 'CONTINUED_AS_NEW');
  await recordHistory(stack, name, workflowId, runId);
}
