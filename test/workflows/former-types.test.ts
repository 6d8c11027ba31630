import { FORMER_LIFECYCLE_TYPE, TASK_QUEUE, WORKFLOW_TYPES, lifecycleWorkflowId } from '../../core/names';
import { DAY_MS } from '../../core/time';
import { createLifecycles } from '../../services/lifecycles';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const typeOf = async (integrationId: string) =>
  (await stack.client.workflow.getHandle(lifecycleWorkflowId(integrationId)).describe()).type;

test('a run of the former type refreshes, and goes on as the new type', async () => {
  const { id } = await stack.connect('veteran', { start: false });
  await stack.client.workflow.start(FORMER_LIFECYCLE_TYPE, {
    workflowId: lifecycleWorkflowId(id),
    taskQueue: TASK_QUEUE,
    args: [{ integrationId: id }],
  });
  expect(await typeOf(id)).toBe('tokenLifecycle');
  await stack.travel.advance(50 * DAY_MS);
  expect((await stack.row(id)).version).toBe(2);
  expect(await typeOf(id)).toBe('TokenLifecycle');
});

test('the audit counts and lists runs of either type', async () => {
  const { id: old } = await stack.connect('old', { start: false });
  await stack.client.workflow.start(FORMER_LIFECYCLE_TYPE, {
    workflowId: lifecycleWorkflowId(old),
    taskQueue: TASK_QUEUE,
    args: [{ integrationId: old }],
  });
  const { id: young } = await stack.connect('young');
  const running = async () => {
    const ids: string[] = [];
    for await (const id of createLifecycles(stack.client).running()) ids.push(id);
    return ids;
  };
  await until(async () => (await running()).includes(young));
  expect(await running()).toEqual(expect.arrayContaining([old, young]));
});

test.each(['fleetAudit', WORKFLOW_TYPES.fleetAudit])('%s runs', async (type) => {
  const options = { workflowId: `audit/${type}`, taskQueue: TASK_QUEUE, args: [] };
  expect(await stack.client.workflow.execute(type, options)).toMatchObject({ missing: 0, extra: 0 });
});

test.each(['deliverEvent', WORKFLOW_TYPES.deliverEvent])('%s ends when its lane is empty', async (type) => {
  const options = {
    workflowId: `deliver/none/${type}`,
    taskQueue: TASK_QUEUE,
    args: [{ lane: 'none/none' }],
  };
  await stack.client.workflow.execute(type, options);
});
