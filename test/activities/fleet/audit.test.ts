import { NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { type AuditResult, auditFleet } from '../../../activities/fleet/audit';
import { findRepairs } from '../../../activities/fleet/repair-lifecycles';
import { lateLifecycles } from '../../../adapters/postgres/fleet/overdue';
import { disconnect } from '../../../adapters/postgres/integrations/disconnect';
import { lastAudit } from '../../../adapters/postgres/fleet/audit-runs';
import { describeAuditSchedule, ensureAuditSchedule } from '../../../adapters/temporal/audit-schedule';
import { TASK_QUEUE, WORKFLOW_TYPES, lifecycleWorkflowId } from '../../../core/names';
import { DAY_MS, MINUTE_MS } from '../../../core/time';
import { type Stack, startStack } from '../../support/stack';
import { until } from '../../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const audit = (): Promise<AuditResult> => auditFleet(stack.deps);
const isRunning = async (id: string) =>
  (
    await stack.client.workflow
      .getHandle(lifecycleWorkflowId(id))
      .describe()
      .catch(() => null)
  )?.status.name === 'RUNNING';
/** Visibility follows a moment later. */
const listed = async (id: string) => {
  for await (const found of stack.deps.lifecycles.running()) if (found === id) return true;
  return false;
};
/** Its lifecycle has seen the newest change of its row. */
const isTold = async (id: string) => {
  const { lifecycleRevision, revision } = await stack.row(id);
  return lifecycleRevision === revision;
};

test('missing lifecycles are started, ended integrations lose theirs, and doing it again changes nothing', async () => {
  const missing = await stack.connect('missing', { start: false });
  const terminated = await stack.connect('terminated');
  const ended = await stack.connect('ended');
  await until(async () => (await listed(ended.id)) && (await isTold(ended.id)));
  await stack.client.workflow.getHandle(lifecycleWorkflowId(terminated.id)).terminate('by hand');
  await disconnect(stack.pool, ended.id, stack.simulator.clock.now());
  await until(async () => !(await listed(terminated.id)));

  expect(await audit()).toMatchObject({ kind: 'daily', missing: 2, extra: 1 });
  await until(
    async () =>
      (await isRunning(missing.id)) && (await isRunning(terminated.id)) && !(await isRunning(ended.id)),
  );
  await until(
    async () => (await listed(missing.id)) && (await listed(terminated.id)) && !(await listed(ended.id)),
  );
  await until(async () => (await isTold(missing.id)) && (await isTold(terminated.id)));
  stack.simulator.clock.advance(DAY_MS);
  expect(await audit()).toMatchObject({ kind: 'daily', missing: 0, extra: 0, behind: 0 });
});

test('a lifecycle whose row changed without it is signalled within the hour', async () => {
  const { id } = await stack.connect('untold');
  await until(() => isTold(id));
  await stack.pool.query(
    'update integrations set paused = true, revision = revision + 1, updated_at = $2 where id = $1',
    [id, new Date(stack.simulator.clock.now() - 5 * MINUTE_MS)],
  );
  expect((await audit()).behind).toBe(1);
  await until(async () => (await stack.lifecycles.status(id)).facts?.paused);
  expect((await audit()).behind).toBe(0);
});

test('losing all of Temporal loses nothing: the audit starts every lifecycle from its row', async () => {
  const { id, version } = await stack.connect('bereft');
  await until(() => listed(id));
  for await (const integrationId of stack.deps.lifecycles.running()) {
    await stack.client.workflow.getHandle(lifecycleWorkflowId(integrationId)).terminate('everything is lost');
  }
  await until(async () => !(await listed(id)));
  // Not even an hour after the last full comparison: the counts differ, and that is enough.
  const result = await audit();
  expect(result.kind).toBe('daily');
  expect(result.missing).toBeGreaterThanOrEqual(1);
  await until(async () => (await stack.lifecycles.status(id)).facts?.version === version);
});

test('the schedule is made once, repaired, and its runs are written down', async () => {
  await ensureAuditSchedule(stack.client);
  await ensureAuditSchedule(stack.client);
  await until(async () => (await lastAudit(stack.pool))?.result);
  const schedule = await describeAuditSchedule(stack.client);
  expect(schedule?.enabled).toBe(true);
  expect(schedule?.nextRunAt).toBeGreaterThan(Date.now());
  const handle = stack.client.schedule.getHandle('evergrant-fleet-audit');
  expect((await handle.describe()).state.note).toMatch(/^Wakes, starts and replaces lifecycles/);
  await handle.pause('while we move house');
  await ensureAuditSchedule(stack.client);
  expect((await handle.describe()).state.note).toBe('while we move house');
  expect((await describeAuditSchedule(stack.client))?.enabled).toBe(false);
});

test('a connected lifecycle is repaired although thousands of never connected rows were created and deleted', async () => {
  const { id } = await stack.connect('among.many');
  await until(() => isTold(id));
  const long = new Date(stack.simulator.clock.now() - DAY_MS);
  await stack.pool.query(
    `insert into integrations (id, provider, app_id, owner_ref, state, revision, lifecycle_revision, created_at, updated_at)
     select 'int_never_' || n, 'instagram', 'app', 'busy', 'disconnected', 1, 0, $1, $1 from generate_series(1, 1500) n`,
    [long],
  );
  await stack.pool.query(
    'update integrations set paused = true, revision = revision + 1, updated_at = $2 where id = $1',
    [id, new Date(stack.simulator.clock.now() - 5 * MINUTE_MS)],
  );
  expect(await audit()).toMatchObject({ behind: 1, failed: 0 });
  await until(() => isTold(id));
  expect(await audit()).toMatchObject({ behind: 0 });
});

test('more late lifecycles than fit on a page are all found, connected ones first and by the time left', async () => {
  const now = stack.simulator.clock.now();
  await stack.pool.query(
    `insert into integrations (id, provider, app_id, owner_ref, state, revision, lifecycle_revision, last_version,
                               token_version, grant_no, expires_at, refresh_at, created_at, updated_at)
     select 'int_late_' || n, 'instagram', 'late', 'many', case when n % 10 = 0 then 'disconnected' else 'active' end,
            2, 1, 1, 1, 1, $1::timestamptz + ((n * 7919) % 2500) * interval '1 minute', $2, $3, $3
     from generate_series(1, 2500) n`,
    [new Date(now + DAY_MS), new Date(now + MINUTE_MS), new Date(now - DAY_MS)],
  );
  const found: string[] = [];
  for await (const page of lateLifecycles(stack.pool, now)) found.push(...page.map((late) => late.id));
  const { rows } = await stack.pool.query<{ id: string }>(
    `select id from integrations where app_id = 'late' order by state = 'disconnected', expires_at, id`,
  );
  expect(found.filter((id) => id.startsWith('int_late_'))).toEqual(rows.map(({ id }) => id));
  expect(rows).toHaveLength(2_500);
  await stack.pool.query(`delete from integrations where app_id = 'late' or owner_ref = 'busy'`);
});

test('an audit that a wrong clock dated into the future suppresses nothing', async () => {
  await audit();
  await stack.pool.query(
    `insert into audit_runs (kind, started_at, finished_at, result) values ('daily', $1, $1, '{}')`,
    [new Date(stack.simulator.clock.now() + 75 * DAY_MS)],
  );
  expect((await audit()).kind).toBe('daily');
});

test('a run that fails its workflow tasks is replaced by a new one, and one that only waits is not', async () => {
  const broken = await stack.connect('broken', { start: false });
  const healthy = await stack.connect('healthy');
  await until(() => isTold(healthy.id));
  await stack.stopWorkers();
  const stop = await startBrokenWorker();
  await stack.client.workflow.start(WORKFLOW_TYPES.tokenLifecycle, {
    workflowId: lifecycleWorkflowId(broken.id),
    taskQueue: TASK_QUEUE,
    args: [{ integrationId: broken.id }],
    workflowTaskTimeout: '1s',
  });
  await until(() => stack.deps.lifecycles.isStuck(broken.id));
  await stop();
  const late = new Date(stack.simulator.clock.now() - 5 * MINUTE_MS);
  await stack.pool.query(
    'update integrations set revision = revision + 1, updated_at = $2 where id = any ($1)',
    [[broken.id, healthy.id], late],
  );
  expect(await findRepairs(stack.deps, stack.simulator.clock.now())).toMatchObject({ stuck: [broken.id] });
  expect(await audit()).toMatchObject({ replaced: 1, failed: 0 });
  // Only now, for the code of these workers would go on with the broken run.
  await stack.startWorkers();
  await until(async () => (await isTold(broken.id)) && (await isTold(healthy.id)));
  expect((await stack.lifecycles.status(broken.id)).facts?.version).toBe(1);
});

/** A release whose workflow code cannot go on. @returns stops it */
async function startBrokenWorker(): Promise<() => Promise<void>> {
  const workflowsPath = require.resolve('./fixtures/broken-release');
  const connection = await NativeConnection.connect({ address: stack.temporalAddress });
  const worker = await Worker.create({
    connection,
    namespace: stack.client.options.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: await bundleWorkflowCode({ workflowsPath }),
  });
  const ended = worker.run();
  return async () => {
    worker.shutdown();
    await ended;
    await connection.close();
  };
}
