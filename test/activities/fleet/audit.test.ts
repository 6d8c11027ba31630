import { MockActivityEnvironment } from '@temporalio/testing';
import { type AuditResult, auditFleet } from '../../../activities/fleet/audit';
import { disconnect } from '../../../adapters/postgres/integrations/disconnect';
import { lastAudit } from '../../../adapters/postgres/fleet/audit';
import { describeAuditSchedule, ensureAuditSchedule } from '../../../adapters/temporal/audit-schedule';
import { lifecycleWorkflowId } from '../../../core/names';
import { DAY_MS, MINUTE_MS } from '../../../core/time';
import { type Stack, startStack } from '../../support/stack';
import { until } from '../../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const audit = (): Promise<AuditResult> => new MockActivityEnvironment().run(auditFleet, stack.deps);
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
  await stack.client.schedule.getHandle('evergrant-fleet-audit').pause();
  await ensureAuditSchedule(stack.client);
  expect((await describeAuditSchedule(stack.client))?.enabled).toBe(false);
});
