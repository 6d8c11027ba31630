import { join } from 'node:path';
import { TASK_QUEUE, createWorker } from '../../examples/workflow/worker';
import { type EvergrantActivities as Used, EVERGRANT } from '../../examples/workflow/evergrant';
import {
  type EvergrantActivities,
  MESSAGING_ACTIVITY_OPTIONS,
} from '../../core/messaging/activities-contract';
import { DAY_MS } from '../../core/time';
import { readFileSync, readdirSync } from 'node:fs';
import { type Stack, startStack } from '../support/stack';

let stack: Stack;
let stop: () => Promise<void>;
beforeAll(async () => {
  stack = await startStack();
  const worker = await createWorker(stack.temporalAddress, stack.client.options.namespace);
  const ended = worker.run();
  stop = async () => {
    worker.shutdown();
    await ended;
    await (worker.options.connection as { close(): Promise<void> } | undefined)?.close();
  };
});
afterAll(async () => {
  await stop();
  await stack.stop();
});

test('the types and options of the example are those of the contract', () => {
  const used: Used = {} as EvergrantActivities;
  expect(used).toBeDefined();
  expect(MESSAGING_ACTIVITY_OPTIONS).toMatchObject(EVERGRANT);
});

test.each([190, 102])('a workflow of somebody else lives through a %i, and sends once', async (code) => {
  const username = `thankful_${code}`;
  stack.simulator.addAccount({ username, conversations: 1 });
  const { id, version } = await stack.connect(username);
  stack.simulator.receive(username, { text: 'Do you deliver?', from: 'customer' });
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.receive(username, { text: 'Hello?', from: 'customer' });
  // The activity's call, and the probe that decides about it.
  stack.simulator.addFault({
    match: { path: '/me', account: username },
    times: 2,
    status: 400,
    error: { code, subcode: 467 },
  });
  const run = () =>
    stack.client.workflow.execute('ThankNewest', {
      workflowId: `thank-${code}`,
      taskQueue: TASK_QUEUE,
      args: [id, 'Thank you!'],
    });
  const messageId = await run();
  expect(await run()).toBe(messageId);
  const sent = stack.simulator.messages(username).filter(({ text }) => text === 'Thank you!');
  expect(sent.map((message) => message.id)).toEqual([messageId]);
  expect([(await stack.row(id)).version, stack.refreshCalls(username)]).toEqual([version + 1, 1]);
  // What customers wrote is not in its history.
  const history = await stack.client.workflow.getHandle(`thank-${code}`).fetchHistory();
  expect(JSON.stringify(history)).not.toContain(Buffer.from('Hello?').toString('base64').slice(0, 8));
});

test('no file of the example is longer than 80 lines', () => {
  const folder = join(__dirname, '..', '..', 'examples', 'workflow');
  for (const name of readdirSync(folder))
    expect([name, readFileSync(join(folder, name), 'utf8').split('\n').length <= 80]).toEqual([name, true]);
});
