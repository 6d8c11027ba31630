import { describeAuditSchedule } from '../../adapters/temporal/audit-schedule';
import { AUDIT_SCHEDULE_ID, lifecycleWorkflowId } from '../../core/names';
import { keepNamespace } from '../../worker/namespace-keeper';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const ids: string[] = [];
const running = async () => {
  const found: string[] = [];
  for await (const id of stack.deps.lifecycles.running()) found.push(id);
  return found;
};
const keep = () =>
  keepNamespace({ temporal: stack.client, pool: stack.pool, logger: stack.deps.logger }, 100);

const runOf = async (id: string) =>
  (await stack.client.workflow.getHandle(lifecycleWorkflowId(id)).describe()).runId;
const terminateAll = async () => {
  for (const id of ids)
    await stack.client.workflow.getHandle(lifecycleWorkflowId(id)).terminate('everything is lost');
};

test('a running worker brings everything back after a loss of Temporal, without anyone acting', async () => {
  for (let n = 0; n < 40; n++) ids.push((await stack.connect(`lost.${n}`)).id);
  const keeper = await keep();
  await until(async () => (await running()).length === ids.length);
  const before = new Set(await Promise.all(ids.map(runOf)));
  await terminateAll();
  await stack.client.schedule.getHandle(AUDIT_SCHEDULE_ID).delete();
  await until(async () => (await Promise.all(ids.map(runOf))).every((run) => !before.has(run)));
  expect((await describeAuditSchedule(stack.client))?.enabled).toBe(true);
  await until(async () => (await running()).length === ids.length);
  keeper.stop();
});

test('a worker that starts without lifecycles does not wait for the next audit', async () => {
  await terminateAll();
  await until(async () => (await running()).length === 0);
  const keeper = await keep();
  await until(async () => (await running()).length === ids.length);
  keeper.stop();
});
