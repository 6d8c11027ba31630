import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/activity';
import { DefaultLogger } from '@temporalio/worker';
import { createActivities } from '../../../activities';
import { listConversations } from '../../../activities/messaging/list-conversations';
import { type EvergrantActivities } from '../../../core/messaging/activities-contract';
import { usableToken } from '../../../services/usable-token';
import { applyChange } from '../../../adapters/postgres/integrations/apply-change';
import { withTransaction } from '../../../adapters/postgres/pool';
import { recoveryBegun, verified } from '../../../core/lifecycle/changes';
import { DAY_MS, MINUTE_MS } from '../../../core/time';
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
const activities = (): EvergrantActivities => createActivities(stack.deps);
const SENT = ['Hello', 'Only once', 'Slow', 'After all'];
const refusal = { error: { code: 190, subcode: 467 }, status: 400 };

async function failureOf(work: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  return error as ApplicationFailure;
}

interface Shop {
  id: string;
  conversationId: string;
  recipientId: string;
}
const ACTIVITIES: [name: keyof EvergrantActivities, path: string, call: (shop: Shop) => Promise<object>][] = [
  ['getAccount', '/me', ({ id }) => activities().getAccount({ integrationId: id })],
  [
    'listConversations',
    '/me/conversations',
    ({ id }) => activities().listConversations({ integrationId: id }),
  ],
  [
    'listMessages',
    '/aWd*',
    ({ id, conversationId }) => activities().listMessages({ integrationId: id, conversationId }),
  ],
  [
    'sendMessage',
    '/me/messages',
    ({ id, recipientId }) =>
      activities().sendMessage({ integrationId: id, recipientId, text: 'Hello', idempotencyKey: 'one' }),
  ],
  [
    'callInstagram',
    '/me',
    ({ id }) => activities().callInstagram({ integrationId: id, path: '/me', params: { fields: 'name' } }),
  ],
];

describe.each([190, 102])('after a %i', (code) => {
  test.each(ACTIVITIES)(
    '%s signals the version it used, and goes on with the fresh token',
    async (name, path, call) => {
      const username = `${name.toLowerCase()}_${code}`;
      const shop = await openShop(username);
      const { version } = await stack.row(shop.id);
      await stack.travel.advance(2 * DAY_MS);
      stack.simulator.addFault({
        match: { path, account: username },
        times: 1,
        error: { code, subcode: 467 },
        status: 400,
      });
      stack.simulator.addFault({ match: { path: '/me', account: username }, times: 1, ...refusal });

      const failure = await failureOf(attempt(1).run(() => call(shop)));
      expect(failure).toMatchObject({ type: 'TokenRejected', nonRetryable: false });
      await until(async () => (await stack.row(shop.id)).version === version + 1);

      await attempt(2).run(() => call(shop));
      expect(stack.refreshCalls(username)).toBe(1);
      const { rows } = await stack.pool.query(
        `select data from events where integration_id = $1 and type = 'token.rejected'`,
        [shop.id],
      );
      expect(rows).toHaveLength(1);
      expect(rows[0].data).toMatchObject({ tokenVersion: version, code, subcode: 467, source: name });
      expect(sentBy(username)).toHaveLength(name === 'sendMessage' ? 1 : 0);
    },
  );
});

test.each<[keyof EvergrantActivities, unknown, field: string]>([
  ['getAccount', undefined, 'input'],
  ['getAccount', 'int_1', 'input'],
  ['getAccount', {}, 'integrationId'],
  ['getAccount', { integrationId: 'int_1', fields: 'id' }, 'fields'],
  ['listConversations', { integrationId: 'int_1', limit: 0 }, 'limit'],
  ['listConversations', { integrationId: 'int_1', limit: '20' }, 'limit'],
  ['listConversations', { integrationId: 'int_1', cursor: 'a b' }, 'cursor'],
  ['listMessages', { integrationId: 'int_1' }, 'conversationId'],
  ['listMessages', { integrationId: 'int_1', conversationId: '../me' }, 'conversationId'],
  ['sendMessage', { integrationId: 'int_1', recipientId: '1', text: 'x' }, 'idempotencyKey'],
  ['sendMessage', { integrationId: 'int_1', recipientId: '1', idempotencyKey: 'k' }, 'text'],
  [
    'sendMessage',
    { integrationId: 'int_1', recipientId: '1', text: 'ä'.repeat(501), idempotencyKey: 'k' },
    'text',
  ],
  [
    'sendMessage',
    { integrationId: 'int_1', recipientId: '@x', text: 'x', idempotencyKey: 'k' },
    'recipientId',
  ],
  ['callInstagram', { integrationId: 'int_1' }, 'path'],
  ['callInstagram', { integrationId: 'int_1', path: '/me', method: 'DELETE' }, 'method'],
  ['callInstagram', { integrationId: 'int_1', path: '/me', params: 'fields=id' }, 'params'],
  ['readPayload', { integrationId: 'int_1', payloadId: 'int_1' }, 'payloadId'],
])('%s(%j) is an InvalidRequest about %s, and is not retried', async (name, input, field) => {
  const run = activities()[name] as (given: unknown) => Promise<unknown>;
  const failure = await failureOf(attempt(1).run(() => run(input)));
  expect(failure).toMatchObject({ type: 'InvalidRequest', nonRetryable: true });
  expect(failure.message).toMatch(new RegExp(`^${field}: `));
  const [{ errors }] = failure.details as [{ errors: { field: string }[] }];
  expect(errors[0]?.field).toBe(field);
});

test('null is the same as absent: programs in Go and Python send it', async () => {
  const { id, recipientId } = await openShop('nulls');
  const run = activities();
  const nothing = { cursor: null, limit: null };
  const page = await attempt(1).run(() => run.listConversations({ integrationId: id, ...nothing }));
  expect(page).toMatchObject({ count: 2, nextCursor: null });
  const call = { integrationId: id, path: '/me', method: null, params: { fields: null, limit: 3 } };
  await attempt(1).run(() => run.callInstagram(call));
  const message = {
    integrationId: id,
    recipientId,
    text: 'x',
    payloadId: null,
    tag: null,
    idempotencyKey: 'n',
  };
  await attempt(1).run(() => run.sendMessage(message));
  expect(stack.simulator.requests().findLast(({ path }) => path === '/me')?.status).toBe(200);
});

type Params = Record<string, string | boolean>;
describe('a write of callInstagram', () => {
  const breakers = [{ call_to_actions: [{ question: 'Open?', payload: 'OPEN' }] }];
  const profile = { platform: 'instagram', ice_breakers: JSON.stringify(breakers) };
  const write = (id: string, path: string, params: Params) =>
    activities().callInstagram({ integrationId: id, method: 'POST', path, params });
  const dataOf = async (id: string, { payloadId }: { payloadId: string }) =>
    (await attempt(1).run(() => activities().readPayload({ integrationId: id, payloadId }))).data;
  const writes = () => stack.simulator.requests().filter(({ method }) => method === 'POST');

  test('is made once, and its answer kept', async () => {
    const { id, recipientId } = await openShop('writer');
    const messages = stack.simulator.messages('writer');
    const before = writes().length;
    const recipient = JSON.stringify({ id: recipientId });
    const typing = await attempt(1).run(() =>
      write(id, '/me/messages', { recipient, sender_action: 'typing_on' }),
    );
    expect(await dataOf(id, typing)).toEqual({ recipient_id: recipientId });
    const own = `/${stack.simulator.account('writer').id}/messenger_profile`;
    const set = await attempt(1).run(() => write(id, own, profile));
    expect(await dataOf(id, set)).toEqual({ result: 'success' });
    const read = { integrationId: id, path: '/me/messenger_profile', params: { fields: 'ice_breakers' } };
    const there = await attempt(1).run(() => activities().callInstagram(read));
    expect(await dataOf(id, there)).toEqual({ data: [{ ice_breakers: breakers }] });
    expect(writes().slice(before)).toMatchObject([
      { path: '/me/messages', status: 200 },
      { path: own, status: 200 },
    ]);
    expect(stack.simulator.messages('writer')).toEqual(messages);
  });

  test('of what the account does not have is refused, and not repeated', async () => {
    const { id } = await openShop('writer_refused');
    const before = writes().length;
    const absent: [path: string, params: Params][] = [
      ['/17900000000000001', { hide: true }],
      ['/17900000000000001', { comment_enabled: false }],
      ['/me/messages', { recipient: '{"id":"404"}', sender_action: 'mark_seen' }],
    ];
    for (const [path, params] of absent) {
      const failure = await failureOf(attempt(1).run(() => write(id, path, params)));
      expect(failure).toMatchObject({ type: 'CallRefused', nonRetryable: true });
    }
    expect(writes()).toHaveLength(before + absent.length);
  });

  test.each(['before', 'after'] as const)(
    'that is cut off %s it was done is one call of one attempt, and the next one makes it so',
    async (drop) => {
      const username = `writer_${drop}`;
      const { id } = await openShop(username);
      const before = writes().length;
      const path = '/me/messenger_profile';
      stack.simulator.addFault({ match: { path, account: username }, times: 1, drop });
      const lost = await failureOf(attempt(1).run(() => write(id, path, profile)));
      expect(lost).toMatchObject({ type: 'ProviderUnavailable', nonRetryable: false });
      expect(writes()).toHaveLength(before + 1);
      await attempt(2).run(() => write(id, path, profile));
      expect(writes()).toHaveLength(before + 2);
    },
  );

  test.each<[method: 'GET' | 'POST', path: string, params: Record<string, string>]>([
    ['GET', '/refresh_access_token', { grant_type: 'ig_refresh_token' }],
    ['GET', '/me/subscribed_apps', {}],
    ['GET', '/me', { access_token: 'x' }],
    ['GET', '/me', { fields: 'id,access_token' }],
    ['POST', '/me', { hide: 'true' }],
    ['POST', '/me/media', { image_url: 'https://example.org/x.jpg' }],
    ['POST', '/me/subscribed_apps', { subscribed_fields: 'messages' }],
    ['POST', '/me/messages', { recipient: '{"id":"1"}', message: '{"text":"x"}' }],
    [
      'POST',
      '/me/messages',
      { recipient: '{"id":"1"}', sender_action: 'typing_on', message: '{"text":"x"}' },
    ],
    ['POST', '/me/messages', { recipient: '{"id":"1"}' }],
    ['POST', '/me/conversations', {}],
    ['POST', '/me/messenger_profile', { platform: 'instagram' }],
    ['POST', '/17900000000000001', { message: 'x' }],
    ['POST', '/17900000000000001/replies', { message: 'x' }],
    ['POST', '/me/../17900000000000001', { hide: 'true' }],
  ])('or a read that is not on the list is not made: %s %s %j', async (method, path, params) => {
    const calls = stack.simulator.requests().length;
    const call = { integrationId: 'int_none', method, path, params };
    const failure = await failureOf(attempt(1).run(() => activities().callInstagram(call)));
    expect(failure).toMatchObject({ type: 'PathNotAllowed', nonRetryable: true });
    expect(stack.simulator.requests()).toHaveLength(calls);
  });
});

test('a message is sent once, whatever repeats it: attempts, other workflows, and a lost answer', async () => {
  const { id, recipientId } = await openShop('once');
  const message = { integrationId: id, recipientId, text: 'Only once', idempotencyKey: 'k1' };
  const send = (given = message) => attempt(1).run(() => activities().sendMessage(given));
  stack.simulator.addFault({ match: { path: '/me/messages' }, times: 1, drop: 'after' });
  const sent = await send();
  expect(sent).toEqual({ messageId: sentBy('once')[0]?.id, recipientId });
  expect(await Promise.all([send(), send()])).toEqual([sent, sent]);
  expect(sentBy('once')).toHaveLength(1);
  const other = await failureOf(send({ ...message, text: 'Something else' }));
  expect(other).toMatchObject({ type: 'IdempotencyMismatch', nonRetryable: true });
  // A second message of the same words has a key of its own.
  await send({ ...message, idempotencyKey: 'k2' });
  expect(sentBy('once')).toHaveLength(2);
});

test('a message whose call may be under way in another process is not sent a second time', async () => {
  const { id, recipientId } = await openShop('elsewhere');
  const message = { integrationId: id, recipientId, text: 'Slow', idempotencyKey: 'slow' };
  let arrive = () => undefined as void;
  const slow = {
    ...stack.deps,
    instagram: {
      ...stack.deps.instagram,
      sendMessage: async (...call: Parameters<typeof stack.deps.instagram.sendMessage>) => {
        await new Promise<void>((resolve) => (arrive = resolve));
        return stack.deps.instagram.sendMessage(...call);
      },
    },
  };
  const first = attempt(1).run(() => createActivities(slow).sendMessage(message));
  await until(async () => {
    const { rows } = await stack.pool.query(
      'select 1 from message_sends where integration_id = $1 and called_at is not null',
      [id],
    );
    return rows.length === 1;
  });
  const second = await failureOf(attempt(2).run(() => activities().sendMessage(message)));
  expect(second).toMatchObject({ type: 'SendUnderWay', nonRetryable: false });
  expect(second.nextRetryDelay).toEqual(expect.any(Number));
  arrive();
  const sent = await first;
  expect(await attempt(3).run(() => activities().sendMessage(message))).toEqual(sent);
  expect(sentBy('elsewhere')).toHaveLength(1);
});

test('a call whose process died before anything was sent is made again, once nothing can be under way', async () => {
  const { id, recipientId } = await openShop('died');
  const message = { integrationId: id, recipientId, text: 'After all', idempotencyKey: 'died' };
  const dying = { ...stack.deps.instagram, sendMessage: () => new Promise<never>(() => undefined) };
  void attempt(1).run(() => createActivities({ ...stack.deps, instagram: dying }).sendMessage(message));
  await until(async () => {
    const { rows } = await stack.pool.query(
      'select 1 from message_sends where integration_id = $1 and called_at is not null',
      [id],
    );
    return rows.length === 1;
  });
  await stack.travel.advance(MINUTE_MS);
  const send = () => attempt(2).run(() => activities().sendMessage(message));
  expect(await failureOf(send())).toMatchObject({ type: 'ProviderUnavailable', nonRetryable: false });
  await send();
  expect(sentBy('died')).toHaveLength(1);
});

test('a refused message stays refused under its key', async () => {
  const { id } = await openShop('refused');
  const message = { integrationId: id, recipientId: '999', text: 'x', idempotencyKey: 'k' };
  const send = () => failureOf(attempt(1).run(() => activities().sendMessage(message)));
  const first = await send();
  const calls = stack.simulator.requests().length;
  const second = await send();
  expect(first).toMatchObject({ type: 'CallRefused', details: [{ problem: 'recipient_unavailable' }] });
  expect(second).toMatchObject({ type: 'CallRefused', details: [{ problem: 'recipient_unavailable' }] });
  expect(stack.simulator.requests()).toHaveLength(calls);
});

test('what an activity hands to a workflow is a reference, which readPayload opens for a day', async () => {
  const { id, conversationId } = await openShop('sealed');
  const other = await openShop('sealed_other');
  const run = activities();
  const read = (payloadId: string, integrationId = id) =>
    attempt(1).run(() => run.readPayload({ integrationId, payloadId }));
  const messages = await attempt(1).run(() => run.listMessages({ integrationId: id, conversationId }));
  expect(messages).toEqual({
    payloadId: expect.any(String),
    expiresAt: new Date(Date.parse(messages.expiresAt)).toISOString(),
    nextCursor: null,
    count: expect.any(Number),
  });
  const opened = (await read(messages.payloadId)) as {
    purpose: string;
    data: { text: string; createdAt: string }[];
  };
  expect(opened.purpose).toBe('messages');
  expect(opened.data).toHaveLength(messages.count);
  expect(opened.data[0]).toMatchObject({ text: expect.any(String), createdAt: expect.stringMatching(/Z$/) });
  const call = await attempt(1).run(() =>
    run.callInstagram({
      integrationId: id,
      path: '/me/conversations',
      params: { limit: 1, fields: 'messages{message}' },
    }),
  );
  expect(call.nextCursor).toEqual(expect.any(String));
  const { token } = await tokenOf(id);
  const answer = JSON.stringify(await read(call.payloadId));
  expect(answer).toMatch(/"purpose":"call".*"message":/);
  expect(answer).not.toContain(token.reveal());

  const strange = (payloadId: string, integrationId?: string) => failureOf(read(payloadId, integrationId));
  expect(await strange(messages.payloadId, other.id)).toMatchObject({
    type: 'PayloadUnknown',
    nonRetryable: true,
  });
  expect(await strange(`txt_${'0'.repeat(24)}`)).toMatchObject({ type: 'PayloadUnknown' });
  expect(await strange(messages.payloadId, 'int_none')).toMatchObject({ type: 'NotConnected' });
  await stack.pool.query(`update sealed_payloads set purpose = 'wanted-message' where id = $1`, [
    call.payloadId,
  ]);
  expect(await strange(call.payloadId)).toMatchObject({ type: 'PayloadUnknown' });
  const now = stack.simulator.clock.now();
  const aDayLater = createActivities({ ...stack.deps, clock: { now: () => now + DAY_MS } });
  const late = () =>
    failureOf(
      attempt(1).run(() => aDayLater.readPayload({ integrationId: id, payloadId: messages.payloadId })),
    );
  expect(await late()).toMatchObject({ type: 'PayloadExpired', nonRetryable: true });
  await stack.pool.query('delete from sealed_payloads where id = $1', [messages.payloadId]);
  expect(await late()).toMatchObject({ type: 'PayloadExpired', nonRetryable: true });
});

test('an answer that no history could hold is refused, and says what to do', async () => {
  const { id } = await openShop('large');
  const instagram = {
    ...stack.deps.instagram,
    callGraph: async () => ({ body: { data: 'x'.repeat(1_000_001) }, nextCursor: null }),
  };
  const failure = await failureOf(
    attempt(1).run(() =>
      createActivities({ ...stack.deps, instagram }).callInstagram({ integrationId: id, path: '/me' }),
    ),
  );
  expect(failure).toMatchObject({ type: 'PayloadTooLarge', nonRetryable: true });
  expect(failure.message).toMatch(/fewer rows or fields/);
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

async function openShop(username: string): Promise<Shop> {
  const { id: us } = stack.simulator.addAccount({ username, conversations: 2 });
  const { id } = await stack.connect(username);
  const { token } = await tokenOf(id);
  const { data } = await stack.instagram.listConversations(token, { cursor: null, limit: 5 });
  const recipientId = data[0]!.participants.find((one) => one.id !== us)!.id!;
  return { id, conversationId: data[0]!.id!, recipientId };
}

function sentBy(username: string) {
  return stack.simulator.messages(username).filter(({ text }) => SENT.includes(text ?? ''));
}

async function tokenOf(id: string) {
  return usableToken(stack.pool, stack.deps.sealer, id, stack.simulator.clock.now());
}
