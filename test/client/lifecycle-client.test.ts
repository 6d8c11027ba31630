import { Client } from '@temporalio/client';
import { LifecycleError } from '../../client/lifecycle-errors';
import { createLifecycleClient } from '../../client/lifecycle-client';
import * as exported from '../../client/temporal';
import * as handled from '../../workflows/messages';
import { type Stack, startStack } from '../support/stack';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterAll(() => stack.stop());

const report = { version: 1, code: 190, subcode: null, source: 'test' };
const request = { version: 1, withinMs: null };
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    (answer) => answer,
    (error: unknown) => (error instanceof LifecycleError ? error.code : error),
  );

test('no worker, no such integration and no such namespace are told apart, and are no decision', async () => {
  const { id } = await stack.connect('waiting');
  const unheard = createLifecycleClient(stack.client, stack.simulator.clock);
  expect(
    await Promise.all([
      codeOf(unheard.recover(id, report)),
      codeOf(unheard.ensureFresh(id, request)),
      codeOf(unheard.status(id)),
    ]),
  ).toEqual(['no_worker', 'no_worker', 'no_worker']);

  await stack.startWorkers();
  expect(await stack.lifecycles.recover(id, { ...report, version: 0 })).toBe('stale_version');
  const unknown = 'int_00000000000000000000000000';
  expect(await codeOf(stack.lifecycles.recover(unknown, report))).toBe('unknown_integration');
  expect(await codeOf(stack.lifecycles.ensureFresh(unknown, request))).toBe('unknown_integration');
  expect(await codeOf(stack.lifecycles.status('int_0000000000000000000000000z'))).toBe('unknown_integration');

  const elsewhere = createLifecycleClient(
    new Client({ connection: stack.client.connection, namespace: 'nobody-made-this' }),
    stack.simulator.clock,
  );
  for (const asked of [
    elsewhere.recover(id, report),
    elsewhere.ensureFresh(id, request),
    elsewhere.status(id),
    elsewhere.start(id),
    elsewhere.tokenRejected(id, report),
    elsewhere.rowChanged(id),
  ])
    expect(await codeOf(asked)).toBe('unknown_namespace');
  await expect(elsewhere.status(id)).rejects.toThrow('Temporal has no namespace nobody-made-this');
  expect((await stack.row(id)).state).toBe('active');
}, 60_000);

test('what the client sends is what the workflow handles', () => {
  const namesOf = (all: object) =>
    Object.fromEntries(
      Object.entries(all as Record<string, { type: string; name: string }>).map(([key, { type, name }]) => [
        key,
        `${type} ${name}`,
      ]),
    );
  const sent = Object.entries(exported).filter(([key]) => key in handled);
  expect(namesOf(Object.fromEntries(sent))).toEqual(namesOf(handled));
});
