import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/activity';
import { DefaultLogger } from '@temporalio/worker';
import { listConversations, listMessages } from '../../../activities/messaging/list-conversations';
import { usableToken } from '../../../services/usable-token';
import { readPayload } from '../../../adapters/postgres/messages/sealed-payloads';
import { applyChange } from '../../../adapters/postgres/integrations/apply-change';
import { withTransaction } from '../../../adapters/postgres/pool';
import { recoveryBegun, verified } from '../../../core/lifecycle/changes';
import { DAY_MS } from '../../../core/time';
import { type Stack, startStack } from '../../support/stack';
import { until } from '../../support/until';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => stack.calm());

/** Runs one attempt of an activity, as a worker would. */
const attempt = (n: number) => ({
  run: <T>(work: () => Promise<T>): Promise<T> =>
    new MockActivityEnvironment({ attempt: n }, { logger: new DefaultLogger('ERROR') }).run(
      work,
    ) as Promise<T>,
});
const page = { cursor: null, limit: 20 };
const refusal = { error: { code: 190, subcode: 467 }, status: 400 };

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  return error as ApplicationFailure;
}

for (const [name, path, call] of [
  [
    'listConversations',
    '/me/conversations',
    (id: string, _conversationId: string) => listConversations(stack.deps, { integrationId: id, ...page }),
  ],
  [
    'listMessages',
    '/aWd*',
    (id: string, conversationId: string) =>
      listMessages(stack.deps, { integrationId: id, conversationId, ...page }),
  ],
] as const) {
  test(`${name} signals a 190 with the version it used, fails retryably, and goes on with the fresh token`, async () => {
    const username = name.toLowerCase();
    stack.simulator.addAccount({ username, conversations: 2 });
    const { id, version } = await stack.connect(username);
    const conversationId = (
      await stack.instagram.listConversations((await tokenOf(id)).token, { cursor: null, limit: 5 })
    ).data[0]!.id!;
    await stack.travel.advance(2 * DAY_MS);
    stack.simulator.addFault({ match: { path, account: username }, times: 1, ...refusal });
    stack.simulator.addFault({ match: { path: '/me', account: username }, times: 1, ...refusal });

    const failure = await failureOf(attempt(1).run(() => call(id, conversationId)));
    expect(failure).toMatchObject({ type: 'TokenRejected', nonRetryable: false });
    await until(async () => (await stack.row(id)).version === version + 1);

    const reference = await attempt(2).run(() => call(id, conversationId));
    expect(reference.count).toBeGreaterThan(0);
    expect(stack.refreshCalls(username)).toBe(1);
    const { rows } = await stack.pool.query(
      `select data from events where integration_id = $1 and type = 'token.rejected'`,
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].data).toMatchObject({ tokenVersion: version, code: 190, subcode: 467, source: name });
  });
}

test('what an activity hands to a workflow is a reference; the page itself is kept sealed', async () => {
  stack.simulator.addAccount({ username: 'sealed', conversations: 1 });
  const { id, provider } = await stack.connect('sealed');
  const reference = await attempt(1).run(() => listConversations(stack.deps, { integrationId: id, ...page }));
  expect(Object.keys(reference).sort()).toEqual(['count', 'nextCursor', 'payloadId']);
  const kept = await readPayload(
    stack.pool,
    stack.deps.sealer,
    reference.payloadId,
    { integrationId: id, provider, purpose: 'conversations' },
    stack.simulator.clock.now(),
  );
  expect(JSON.parse(kept?.reveal() ?? '[]')[0].participants).toHaveLength(2);
  const later = await readPayload(
    stack.pool,
    stack.deps.sealer,
    reference.payloadId,
    { integrationId: id, provider, purpose: 'conversations' },
    stack.simulator.clock.now() + 2 * DAY_MS,
  );
  expect(later).toBeNull();
});

test('an expired connection fails at once with ReconnectRequired and its reason, without a call', async () => {
  const { id, version } = await stack.connect('over');
  stack.simulator.invalidate('over', 458);
  await stack.lifecycles.recover(id, { version, code: 190, subcode: 458, source: 'test' });
  const calls = stack.simulator.requests().length;
  const failure = await failureOf(
    attempt(1).run(() => listConversations(stack.deps, { integrationId: id, ...page })),
  );
  expect(failure).toMatchObject({
    type: 'ReconnectRequired',
    nonRetryable: true,
    details: [{ reason: 'deauthorized' }],
  });
  expect(stack.simulator.requests()).toHaveLength(calls);
});

test('a call that Instagram refuses three times although the token works is refused for itself', async () => {
  const { id } = await stack.connect('picky');
  stack.simulator.addFault({ match: { path: '/me/conversations', account: 'picky' }, ...refusal });
  let refusals: unknown;
  const outcomes: (string | undefined)[] = [];
  for (const n of [1, 2, 3]) {
    const environment = new MockActivityEnvironment(
      { attempt: n, heartbeatDetails: refusals },
      { logger: new DefaultLogger('ERROR') },
    );
    environment.on('heartbeat', (details: unknown) => (refusals = details));
    const failure = await failureOf(
      environment.run(() =>
        listConversations(stack.deps, { integrationId: id, ...page }),
      ) as Promise<unknown>,
    );
    outcomes.push(failure.type ?? undefined);
    if (n < 3) {
      await until(async () => (await stack.row(id)).state === 'active');
      continue;
    }
    expect(failure).toMatchObject({ nonRetryable: true, details: [{ problem: 'provider_rejected_call' }] });
  }
  expect(outcomes).toEqual(['TokenRejected', 'TokenRejected', 'CallRefused']);
});

test('attempts that met a recovery under way do not count as refusals of the call', async () => {
  const { id } = await stack.connect('busy', { start: false });
  const row = await stack.row(id);
  const now = stack.simulator.clock.now();
  const begun = recoveryBegun(row, { code: 190, subcode: 467, source: 'test' }, now);
  await withTransaction(stack.pool, (db) => applyChange(db, row, begun, now));
  for (const n of [1, 2]) {
    const waiting = attempt(n).run(() => listConversations(stack.deps, { integrationId: id, ...page }));
    expect(await failureOf(waiting)).toMatchObject({ type: 'TokenRejected', nonRetryable: false });
  }
  const recovering = await stack.row(id);
  await withTransaction(stack.pool, (db) => applyChange(db, recovering, verified(recovering), now));
  stack.simulator.addFault({ match: { path: '/me/conversations', account: 'busy' }, ...refusal });
  const refused = attempt(3).run(() => listConversations(stack.deps, { integrationId: id, ...page }));
  expect(await failureOf(refused)).toMatchObject({ type: 'TokenRejected', nonRetryable: false });
});

test('a hundred activities that meet the same 190 signal once', async () => {
  const { id } = await stack.connect('many');
  stack.simulator.addFault({ match: { path: '/me/conversations', account: 'many' }, ...refusal });
  const signals = jest.fn(async () => undefined);
  const deps = { ...stack.deps, lifecycles: { ...stack.deps.lifecycles, tokenRejected: signals } };
  await Promise.all(
    Array.from({ length: 100 }, () =>
      failureOf(attempt(1).run(() => listConversations(deps, { integrationId: id, ...page }))),
    ),
  );
  expect(signals).toHaveBeenCalledTimes(1);
});

async function tokenOf(id: string) {
  return usableToken(stack.pool, stack.deps.sealer, id, stack.simulator.clock.now());
}
