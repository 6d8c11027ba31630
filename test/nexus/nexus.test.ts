import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { DAY_MS } from '../../core/time';
import { createNexusService } from '../../nexus/handlers';
import { type evergrantService } from '../../client/nexus';
import { evergrant } from '../support/cli';
import { type Stack, startStack } from '../support/stack';
import { type TestNamespace, createTestNamespace } from '../support/temporal';
import { until } from '../support/until';

const QUEUE = 'their-workflows';
const endpoint = `evergrant-${randomBytes(4).toString('hex')}`;
let stack: Stack;
let theirs: TestNamespace;
let client: Client;
let stop: () => Promise<void>;

beforeAll(async () => {
  stack = await startStack();
  theirs = await createTestNamespace();
  const [connection, native] = await Promise.all([
    Connection.connect({ address: theirs.address }),
    NativeConnection.connect({ address: theirs.address }),
  ]);
  client = new Client({ connection, namespace: theirs.namespace });
  const worker = await Worker.create({
    connection: native,
    namespace: theirs.namespace,
    taskQueue: QUEUE,
    workflowsPath: join(__dirname, 'fixtures', 'caller.ts'),
  });
  const ended = worker.run();
  stop = async () => {
    worker.shutdown();
    await ended;
    await native.close();
    await connection.close();
  };
  expect((await nexusEndpoint()).code).toBe(0);
});
afterEach(() => stack.calm());
afterAll(async () => {
  await stop();
  await deleteEndpoint();
  await theirs.drop();
  await stack.stop();
});

const nexusEndpoint = (namespace = stack.client.options.namespace, ...options: string[]) =>
  evergrant(['temporal', 'nexus-endpoint', '--name', endpoint, ...options], {
    env: { TEMPORAL_ADDRESS: stack.temporalAddress, TEMPORAL_NAMESPACE: namespace },
  });

/** A namespace that an endpoint leads to cannot be deleted. */
async function deleteEndpoint(): Promise<void> {
  const { operatorService } = stack.client.connection as Connection;
  const { endpoints } = await operatorService.listNexusEndpoints({ name: endpoint });
  for (const { id = null, version = null } of endpoints)
    await operatorService.deleteNexusEndpoint({ id, version });
}

/** Calls an operation from a workflow of the other namespace. */
function call(operation: keyof typeof evergrantService.operations, input: unknown): Promise<unknown> {
  return client.workflow.execute('callEvergrant', {
    workflowId: `caller-${randomBytes(6).toString('hex')}`,
    taskQueue: QUEUE,
    args: [endpoint, operation, input],
  });
}

async function errorOf(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(WorkflowFailedError);
  const { cause } = (error as WorkflowFailedError).cause as {
    cause: { type: string; retryable: boolean; message: string };
  };
  return { type: cause.type, retryable: cause.retryable, message: cause.message };
}

test('the verb creates the endpoint once, and replaces another one on request alone', async () => {
  const name = endpoint;
  const { namespace } = stack.client.options;
  const leadsTo = { endpoint: name, namespace, taskQueue: 'evergrant' };
  const again = await nexusEndpoint(namespace, '--json');
  expect(JSON.parse(again.out)).toEqual({ ...leadsTo, did: 'kept' });
  const other = await nexusEndpoint(theirs.namespace);
  expect([other.code, other.err]).toEqual([1, expect.stringContaining(`of namespace ${namespace}.`)]);
  expect(JSON.parse((await nexusEndpoint(theirs.namespace, '--replace', '--json')).out).did).toBe('replaced');
  const back = await nexusEndpoint(namespace, '--replace');
  expect([back.code, back.out]).toEqual([
    0,
    `Replaced: the endpoint ${name} leads to the task queue evergrant of namespace ${namespace}.\n`,
  ]);
});

test('a workflow of another namespace reads a status and reports rejections; one refresh answers both', async () => {
  const { id, version } = await stack.connect('across');
  const account = { id: expect.any(String), username: 'across' };
  const connection = { integrationId: id, state: 'active', usable: true, reason: null, account };
  expect(await call('status', { integrationId: id })).toEqual({
    ...connection,
    tokenVersion: version,
    expiresAt: expect.stringMatching(/Z$/),
  });
  await stack.travel.advance(2 * DAY_MS);
  const refused = { status: 400, error: { code: 190, subcode: 467 } };
  stack.simulator.addFault({ match: { path: '/me', account: 'across' }, times: 1, ...refused });
  const report = { integrationId: id, version, code: 190, subcode: null };
  const answers = await Promise.all([call('reportRejection', report), call('reportRejection', report)]);
  const refreshed = { ...connection, tokenVersion: version + 1, expiresAt: expect.any(String) };
  for (const answer of answers)
    expect(['refreshed', 'stale_version']).toContain((answer as { outcome: string }).outcome);
  expect(answers[0]).toMatchObject(refreshed);
  expect(stack.refreshCalls('across')).toBe(1);
  const fresh = await call('ensureFresh', { integrationId: id });
  expect(fresh).toEqual({ ...refreshed, outcome: 'fresh' });
});

test('a dead token is expired with its reason, and only then', async () => {
  const { id, version } = await stack.connect('ended');
  stack.simulator.invalidate('ended', 458);
  const report = { integrationId: id, version, code: 190, subcode: 458, source: 'their/inbox' };
  const answer = await call('reportRejection', report);
  expect(answer).toMatchObject({
    outcome: 'expired',
    state: 'expired',
    usable: false,
    reason: 'deauthorized',
  });
  expect(await call('ensureFresh', { integrationId: id, withinDays: null })).toMatchObject({
    outcome: 'expired',
  });
});

test('a message is sent once per key, and repeated calls get its result', async () => {
  stack.simulator.addAccount({ username: 'sender' });
  const { id } = await stack.connect('sender');
  const recipientId = stack.simulator.receive('sender', { text: 'Hi', from: 'customer' }).from.id;
  const message = { integrationId: id, recipientId, text: 'Across', idempotencyKey: 'one' };
  stack.simulator.addFault({ match: { path: '/me/messages' }, times: 1, drop: 'after' });
  const both = await Promise.all([call('sendMessage', message), call('sendMessage', message)]);
  const sent = stack.simulator.messages('sender').filter(({ text }) => text === 'Across');
  expect(sent).toHaveLength(1);
  const answer = { sent: { messageId: sent[0]!.id, recipientId } };
  expect(both).toEqual([answer, answer]);
  expect(await call('sendMessage', message)).toEqual(answer);
  const refused = { ...message, recipientId: '404', idempotencyKey: 'two' };
  expect(await call('sendMessage', refused)).toMatchObject({ problem: { code: 'recipient_unavailable' } });
});

test.each([
  ['status', { integrationId: 'int_none' }, 'NOT_FOUND', 'no such integration'],
  [
    'reportRejection',
    { integrationId: 'int_none', version: 1, code: 190 },
    'NOT_FOUND',
    'no such integration',
  ],
  [
    'sendMessage',
    { integrationId: 'int_none', recipientId: '1', text: 'x', idempotencyKey: 'k' },
    'NOT_FOUND',
    'no such integration',
  ],
  ['status', {}, 'BAD_REQUEST', 'integrationId: '],
  [
    'reportRejection',
    { integrationId: 'int_1', version: 1, code: 4 },
    'BAD_REQUEST',
    'code: must be 190 or 102',
  ],
  ['ensureFresh', { integrationId: 'int_1', withinDays: 61 }, 'BAD_REQUEST', 'withinDays: '],
  ['sendMessage', { integrationId: 'int_1', recipientId: '1', text: 'x' }, 'BAD_REQUEST', 'idempotencyKey: '],
] as const)('%s(%j) is %s', async (operation, input, type, message) => {
  const error = await errorOf(call(operation, input));
  expect(error).toEqual({ type, retryable: false, message: expect.stringContaining(message) });
});

test('a connection that is not connected is a CONFLICT, a version that does not exist a BAD_REQUEST', async () => {
  const { id, version } = await stack.connect('left');
  const report = { integrationId: id, version: version + 1, code: 190 };
  expect(await errorOf(call('reportRejection', report))).toMatchObject({
    type: 'BAD_REQUEST',
    retryable: false,
  });
  await stack.pool.query(`update integrations set state = 'disconnected' where id = $1`, [id]);
  expect(await errorOf(call('ensureFresh', { integrationId: id }))).toMatchObject({ type: 'CONFLICT' });
});

test('trouble of the service is retried, whatever it is, and never an answer about the token', async () => {
  const { id, version } = await stack.connect('trouble');
  const trouble = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1'));
  const report = { integrationId: id, version, code: 190 as const };
  const asker = { ...stack.lifecycles, recover: trouble };
  const pool = { query: trouble } as unknown as typeof stack.pool;
  for (const broken of [{ asker }, { asker: stack.lifecycles, pool }]) {
    const service = createNexusService({ ...stack.deps, ...broken });
    const answer = service.getOperationHandler('reportRejection').start({} as never, report);
    await expect(answer).rejects.toMatchObject({
      type: 'UNAVAILABLE',
      retryable: true,
      message: expect.not.stringContaining('10.0.0.1'),
    });
  }
});

describe('an answer that takes longer than eight seconds', () => {
  afterEach(() => jest.restoreAllMocks());

  test.each([
    ['reportRejection', { code: 190, subcode: 467 }],
    ['ensureFresh', {}],
  ] as const)(
    '%s is a REQUEST_TIMEOUT to be retried; repeated, it gives the decision',
    async (operation, question) => {
      const { id, version } = await stack.connect(`slow_${operation.toLowerCase()}`);
      const input = { integrationId: id, ...(operation === 'reportRejection' && { version }), ...question };
      let decide: (outcome: 'refreshed') => void = () => undefined;
      const ask = jest.fn(() => new Promise<'refreshed'>((resolve) => (decide = resolve)));
      const asker = { ...stack.lifecycles, recover: ask, ensureFresh: ask };
      const operations = createNexusService({ ...stack.deps, asker });
      const start = () => operations.getOperationHandler(operation).start({} as never, input as never);
      const held = holdTimeouts(7_000, 8_000);

      let answered = false;
      const late = start().finally(() => (answered = true));
      late.catch(() => undefined);
      await until(() => held.length === 1);
      expect(answered).toBe(false);
      held[0]!();
      await expect(late).rejects.toMatchObject({ type: 'REQUEST_TIMEOUT', retryable: true });

      const repeated = start();
      await until(() => held.length === 2);
      decide('refreshed');
      expect(await repeated).toMatchObject({ value: { outcome: 'refreshed', state: 'active' } });
      expect(ask).toHaveBeenCalledTimes(2);
    },
  );

  /** Timeouts of such a length, in ms, do not run by themselves. Each returned function runs one. */
  function holdTimeouts(above: number, upTo: number): (() => void)[] {
    const held: (() => void)[] = [];
    const real = globalThis.setTimeout;
    const hold = (work: () => void, ms = 0, ...given: []) => {
      if (ms <= above || ms > upTo) return real(work, ms, ...given);
      held.push(work);
      return real(() => undefined, 0);
    };
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(hold as typeof setTimeout);
    return held;
  }
});

test('while no worker runs the call waits, and is answered when one is back', async () => {
  const { id } = await stack.connect('patient');
  await stack.stopWorkers();
  const asking = call('status', { integrationId: id });
  const running = `WorkflowType = 'callEvergrant' and ExecutionStatus = 'Running'`;
  await until(async () => (await client.workflow.count(running)).count > 0);
  await stack.startWorkers();
  expect(await asking).toMatchObject({ state: 'active' });
});
