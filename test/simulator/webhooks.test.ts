import { createHmac } from 'node:crypto';
import { SANDBOX_APP_SECRET } from '../../simulator/index';
import { post } from '../../simulator/callbacks/post';
import { until } from '../support/until';
import { type Receiver, startReceiver, VERIFY_TOKEN } from './receiver';
import { HOUR_S, sandbox, type Sandbox, shop, START } from './sandbox';

let receiver: Receiver;
let box: Sandbox;
let id: string;
let token: string;
beforeEach(async () => {
  receiver = await startReceiver();
  box = sandbox();
  ({ id, token } = shop(box));
});
afterEach(async () => {
  box.simulator.close();
  await receiver.stop();
});

const setUp = () =>
  box.json('/_sim/webhooks', { callbackUrl: `${receiver.url}/hook`, verifyToken: VERIFY_TOKEN });
const subscribe = () =>
  box.form('/me/subscribed_apps', { subscribed_fields: 'messages', access_token: token });
const write = (text: string) => box.simulator.receive('shop', { text, from: 'mia' });
const received = (count: number) =>
  until(() => receiver.posts.length >= count, { what: `${count} deliveries arrived` });
const states = () => box.simulator.deliveries().map(({ kind, state }) => [kind, state]);
const texts = () =>
  receiver.posts.map(({ body }) => JSON.parse(body).entry[0].messaging[0].message.text as string);
const hmac = (algorithm: string, body: string, key = SANDBOX_APP_SECRET) =>
  createHmac(algorithm, key).update(body).digest('hex');

describe('the handshake', () => {
  test('takes an address that echoes the challenge', async () => {
    const { status, body } = await setUp();
    expect(status).toBe(200);
    expect(body).toEqual({
      callbackUrl: `${receiver.url}/hook`,
      deauthorizeUrl: null,
      dataDeletionUrl: null,
    });
    expect((await box.get('/_sim/webhooks')).body).toEqual(body);
    expect(states()).toEqual([['verification', 'delivered']]);
    expect((await box.get('/_sim/deliveries')).text).not.toContain(VERIFY_TOKEN);
  });

  test('refuses one that does not know the token, or echoes something else', async () => {
    const wrong = await box.json('/_sim/webhooks', { callbackUrl: receiver.url, verifyToken: 'other' });
    expect([wrong.status, wrong.body.errors[0].field]).toEqual([409, 'callbackUrl']);
    receiver.echo = 'hello';
    expect((await setUp()).status).toBe(409);
    expect((await box.get('/_sim/webhooks')).body.callbackUrl).toBeNull();
    expect(states()).toEqual([
      ['verification', 'failed'],
      ['verification', 'failed'],
    ]);
  });

  test.each([
    'http://example.com/hook',
    'http://10.0.0.7/hook',
    'http://localhost.example.com/hook',
    'http://user:pass@127.0.0.1/hook',
    'ftp://127.0.0.1/hook',
    'hook',
  ])('is not tried with %s', async (callbackUrl) => {
    const { status, body } = await box.json('/_sim/webhooks', { callbackUrl, verifyToken: VERIFY_TOKEN });
    expect([status, body.errors[0].field]).toEqual([400, 'callbackUrl']);
    expect(box.simulator.deliveries()).toEqual([]);
  });

  test('needs a verify token', async () => {
    const { body } = await box.json('/_sim/webhooks', { callbackUrl: receiver.url });
    expect(body.errors[0].field).toBe('verifyToken');
  });
});

describe('a message of a subscribed account', () => {
  beforeEach(async () => {
    await setUp();
    await subscribe();
  });

  test('is delivered as Instagram prints it, signed with the app secret', async () => {
    const { id: mid, from } = write('Schön: a/b');
    await received(1);
    const { path, headers, body } = receiver.posts[0]!;
    expect(path).toBe('/hook');
    expect(body).toContain('Sch\\u00f6n: a\\/b');
    expect(JSON.parse(body)).toEqual({
      object: 'instagram',
      entry: [
        {
          time: START,
          id,
          messaging: [
            {
              sender: { id: from.id },
              recipient: { id },
              timestamp: START,
              message: { mid, text: 'Schön: a/b' },
            },
          ],
        },
      ],
    });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'instagram-api-version': 'v25.0',
      'x-hub-signature': `sha1=${hmac('sha1', body)}`,
      'x-hub-signature-256': `sha256=${hmac('sha256', body)}`,
    });
  });

  test('that the account sends itself comes back as an echo', async () => {
    const customer = write('hi').from.id;
    const sent = await box.json(`/me/messages?access_token=${token}`, {
      recipient: { id: customer },
      message: { text: 'hello' },
    });
    await received(2);
    expect(JSON.parse(receiver.posts[1]!.body).entry[0].messaging[0]).toMatchObject({
      sender: { id },
      recipient: { id: customer },
      message: { mid: sent.body.message_id, text: 'hello', is_echo: true },
    });
  });

  test('that is unsent is delivered without its text', async () => {
    const { id: mid } = write('oops');
    box.simulator.unsend('shop', mid);
    await received(2);
    expect(JSON.parse(receiver.posts[1]!.body).entry[0].messaging[0].message).toEqual({
      mid,
      is_deleted: true,
    });
  });

  test('is delivered again with the same bytes until it is accepted', async () => {
    receiver.status = 500;
    write('hi');
    await received(1);
    // The state is `waiting` from the start; the retry is planned once the attempt is recorded.
    await until(() => box.simulator.deliveries(1)[0]?.attempts.length === 1);
    box.advance(10);
    await received(2);
    await until(() => box.simulator.deliveries(1)[0]?.attempts.length === 2);
    receiver.status = 200;
    box.advance(60);
    await received(3);
    await until(() => states()[1]?.[1] === 'delivered');
    expect(new Set(receiver.posts.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.posts.map(({ headers }) => headers['x-hub-signature-256'])).size).toBe(1);
    box.advance(48 * HOUR_S);
    expect(box.simulator.deliveries(1)[0]?.nextAttemptAt).toBeNull();
    expect(receiver.posts).toHaveLength(3);
  });

  test('is dropped after 36 hours', async () => {
    receiver.status = 503;
    write('hi');
    const delivery = () => box.simulator.deliveries(1)[0]!;
    for (let attempts = 1; delivery().state !== 'failed'; attempts++) {
      await until(() => delivery().attempts.length === attempts);
      box.advance(18 * HOUR_S);
    }
    expect(delivery().attempts).toHaveLength(8);
    expect(delivery().nextAttemptAt).toBeNull();
  });

  test('is delivered again on request', async () => {
    write('hi');
    await received(1);
    const { seq } = box.simulator.deliveries(1)[0]!;
    const { status, body } = await box.json(`/_sim/deliveries/${seq}/resend`, {});
    expect([status, body.attempts.length]).toEqual([200, 2]);
    expect(receiver.posts[1]).toMatchObject({ body: receiver.posts[0]!.body });
    expect((await box.json('/_sim/deliveries/99/resend', {})).status).toBe(409);
    expect((await box.json('/_sim/deliveries/x/resend', {})).status).toBe(400);
  });

  test('is still retried by itself after a failed manual delivery', async () => {
    receiver.status = 500;
    write('hi');
    await until(() => box.simulator.deliveries(1)[0]?.attempts.length === 1);
    const { state, nextAttemptAt } = await box.simulator.resend(box.simulator.deliveries(1)[0]!.seq);
    expect([state, nextAttemptAt]).toEqual(['waiting', '2026-05-20T12:01:00.000Z']);
    receiver.status = 200;
    box.advance(60);
    await until(() => box.simulator.deliveries(1)[0]?.state === 'delivered');
    receiver.status = 500;
    const again = await box.simulator.resend(box.simulator.deliveries(1)[0]!.seq);
    expect(again).toMatchObject({ state: 'delivered', nextAttemptAt: null });
    expect(receiver.posts).toHaveLength(4);
  });

  test('is not delivered twice when the receiver redirects', async () => {
    receiver.status = 302;
    write('hi');
    await until(() => box.simulator.deliveries(1)[0]?.attempts[0]?.status === 302);
    expect(box.simulator.deliveries(1)[0]?.state).toBe('waiting');
  });

  test('waits in mode "held", and is released in the order asked for', async () => {
    await box.json('/_sim/mode', { webhooks: 'held' });
    for (const text of ['one', 'two', 'three']) write(text);
    expect(states().slice(1)).toEqual(Array.from({ length: 3 }, () => ['message', 'held']));
    expect(receiver.posts).toEqual([]);
    const { body } = await box.json('/_sim/deliveries/release', { order: 'newest_first' });
    expect(body.data).toHaveLength(3);
    expect(texts()).toEqual(['three', 'two', 'one']);
    expect(states().slice(1)).toEqual(Array.from({ length: 3 }, () => ['message', 'delivered']));
  });

  test('keeps its order otherwise', async () => {
    const wanted = Array.from({ length: 10 }, (_, index) => `message ${index}`);
    wanted.forEach(write);
    await received(10);
    expect(texts()).toEqual(wanted);
  });

  test('can be wrongly signed, or not at all', async () => {
    box.simulator.setMode({ webhookSignature: 'wrong' });
    write('forged');
    box.simulator.setMode({ webhookSignature: 'missing' });
    write('unsigned');
    await received(2);
    const [forged, unsigned] = receiver.posts;
    expect(forged?.headers['x-hub-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(forged?.headers['x-hub-signature-256']).not.toBe(`sha256=${hmac('sha256', forged!.body)}`);
    expect(unsigned?.headers).not.toHaveProperty('x-hub-signature-256');
    expect(unsigned?.headers).not.toHaveProperty('x-hub-signature');
  });
});

test('accounts that did not subscribe, or no longer, send nothing', async () => {
  await setUp();
  write('before');
  await subscribe();
  write('between');
  await box.request(`/me/subscribed_apps?access_token=${token}`, { method: 'DELETE' });
  write('after');
  await received(1);
  expect(texts()).toEqual(['between']);
  expect(states()).toHaveLength(2);
});

test('accounts whose owner disabled messages send nothing', async () => {
  await setUp();
  await subscribe();
  box.simulator.setAccount('shop', { messaging: 'disabled' });
  write('hi');
  expect(states()).toHaveLength(1);
});

test('a receiver that does not answer in time counts as one that did not answer', async () => {
  receiver.silent = true;
  const outgoing = {
    kind: 'message',
    account: id,
    method: 'POST',
    url: receiver.url,
    headers: {},
    body: '{}',
  } as const;
  expect(await post(outgoing, new AbortController().signal, 500)).toEqual({
    status: null,
    text: '',
    error: 'no answer in time',
  });
  expect(receiver.posts).toHaveLength(1);
});

test('nothing is delivered without an address', async () => {
  await subscribe();
  write('hi');
  expect(box.simulator.deliveries()).toEqual([]);
});

test('a receiver that is gone counts as one that did not answer', async () => {
  await setUp();
  await subscribe();
  await receiver.stop();
  write('hi');
  const delivery = await until(() => box.simulator.deliveries(1).find((one) => one.attempts.length === 1));
  expect(delivery).toMatchObject({
    state: 'waiting',
    attempts: [{ status: null, error: expect.any(String) }],
  });
  receiver = await startReceiver();
});

test('a reset forgets addresses and deliveries', async () => {
  await setUp();
  box.simulator.reset();
  expect(box.simulator.deliveries()).toEqual([]);
  expect((await box.get('/_sim/webhooks')).body.callbackUrl).toBeNull();
});

describe('what a customer does besides writing a text', () => {
  const fields = [
    ...['messages', 'messaging_postbacks', 'messaging_referral', 'message_reactions', 'messaging_seen'],
    ...['message_edit', 'messaging_optins', 'standby'],
  ].join(',');
  const item = (kind: string) => box.json(`/_sim/accounts/${id}/items`, { kind, from: 'mia' });
  const last = () => JSON.parse(receiver.posts.at(-1)!.body).entry[0];
  beforeEach(async () => {
    await setUp();
    await box.form('/me/subscribed_apps', { subscribed_fields: fields, access_token: token });
    write('Hello');
    await received(1);
  });

  test.each([
    ['image', 'message'],
    ['share', 'message'],
    ['story_mention', 'message'],
    ['story_reply', 'message'],
    ['ad', 'message'],
    ['unsupported', 'message'],
    ['postback', 'postback'],
    ['referral', 'referral'],
    ['story_mention_referral', 'referral'],
    ['reaction', 'reaction'],
    ['read', 'read'],
    ['edit', 'message_edit'],
    ['optin', 'optin'],
  ])('%s is delivered as an item with its own part', async (kind, part) => {
    expect((await item(kind)).status).toBe(201);
    await received(2);
    expect(Object.keys(last().messaging[0])).toEqual(['sender', 'recipient', 'timestamp', part]);
  });

  test('a comment, and what the test button of the dashboard sends, are changes', async () => {
    await item('comment');
    await received(2);
    expect(last().changes[0].field).toBe('comments');
    expect((await box.json('/_sim/webhooks/test', {})).body).toEqual({ sent: true });
    await received(3);
    expect(last()).toMatchObject({
      id: '0',
      changes: [{ field: 'messages', value: { timestamp: '1527459824' } }],
    });
  });

  test('an edit changes the text, and counts', async () => {
    await item('edit');
    await item('edit');
    await received(3);
    expect(last().messaging[0].message_edit).toMatchObject({ text: 'the price is 20, not 200', num_edit: 2 });
    expect(box.simulator.messages('shop')[0]?.text).toBe('the price is 20, not 200');
  });

  test('comes in changes, on standby, or for the app-scoped id by mode', async () => {
    await box.json('/_sim/mode', { webhookShape: 'changes' });
    write('in changes');
    await received(2);
    expect(last().changes[0]).toMatchObject({ field: 'messages', value: { timestamp: expect.any(String) } });
    await box.json('/_sim/mode', { webhookShape: 'standby', webhookEntryId: 'app_scoped' });
    write('on standby');
    await received(3);
    expect(last()).toMatchObject({
      id: box.simulator.account('shop').appScopedId,
      standby: [{ message: {} }],
    });
  });

  test('an edit that names only the message accompanies each message, or replaces it, by mode', async () => {
    await box.json('/_sim/mode', { messageEdits: 'accompanying' });
    const { id: first } = write('twice');
    await received(3);
    expect(last().messaging[0]).toEqual({
      timestamp: expect.any(Number),
      message_edit: { mid: first, num_edit: 0 },
    });
    await box.json('/_sim/mode', { messageEdits: 'instead' });
    const { id: second } = write('once');
    await received(4);
    expect(last().messaging).toEqual([
      { timestamp: expect.any(Number), message_edit: { mid: second, num_edit: 0 } },
    ]);
  });
});
