import { createHmac } from 'node:crypto';
import { request as rawRequest } from 'node:http';
import { createPool } from '../../../adapters/postgres/pool';
import { disconnect } from '../../../adapters/postgres/integrations/disconnect';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { type TestApi, startApi, useApi } from '../../support/api';
import { VERIFY_TOKEN, PREVIOUS_SECRET, caller, withCallbacks } from '../../support/callbacks';
import { type Stack } from '../../support/stack';
import { until } from '../../support/until';

const PATH = '/callbacks/instagram/webhooks';
const TEXT = 'Is the blue one still there?';

let stack: Stack;
let api: TestApi;
let instagram: ReturnType<typeof caller>;
let shop: Integration;
useApi((started) => ({ stack, api } = started), {
  workers: false,
  api: (stack) => ({ instagram: withCallbacks(stack.instagram) }),
});
beforeAll(async () => {
  instagram = caller(stack, api);
  shop = await stack.connect('shop', { start: false });
});

let count = 0;
const newMid = () => `aWdfZAG06${(count += 1)}==`;

/** One message as Instagram tells of it. */
function messageTo(accountId: string | null, mid: string, changed: object = {}) {
  return {
    sender: { id: '1602510301006188' },
    recipient: { id: accountId },
    timestamp: 1_800_000_000_123,
    message: { mid, text: TEXT, ...changed },
  };
}
const bodyOf = (accountId: string | null, ...messaging: unknown[]) =>
  JSON.stringify({ object: 'instagram', entry: [{ id: accountId, time: 1_800_000_000_200, messaging }] });

async function told(id = shop.id) {
  const { rows } = await stack.pool.query<{ data: Record<string, unknown> }>(
    `select data from events where integration_id = $1 and type = 'message.received' order by seq`,
    [id],
  );
  return rows.map(({ data }) => data.message as Record<string, unknown>);
}
const toldOf = async (...mids: string[]) => (await told()).filter(({ id }) => mids.includes(String(id)));

describe('the handshake', () => {
  const shake = (query: Record<string, string>, at = api) =>
    at.as(null).get(`${PATH}?${new URLSearchParams(query).toString()}`);
  const right = { 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '1158201444' };

  test('echoes the challenge as plain text', async () => {
    const answer = await shake(right);
    expect([answer.status, String(answer.body)]).toEqual([200, '1158201444']);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['another token', { 'hub.verify_token': 'verify-you' }],
    ['an empty token', { 'hub.verify_token': '' }],
    ['another mode', { 'hub.mode': 'unsubscribe' }],
  ])('%s is refused, and echoes nothing', async (_, wrong) => {
    const answer = await shake({ ...right, ...wrong });
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect(JSON.stringify(answer.body)).not.toContain('1158201444');
  });

  test('nothing at all is refused; no challenge is a bad request', async () => {
    expect((await shake({})).status).toBe(403);
    const { 'hub.challenge': _, ...rest } = right;
    expect((await shake(rest)).status).toBe(400);
  });

  test('without the setting there is no webhook', async () => {
    const off = await startApi(stack);
    const answer = await shake(right, off);
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    expect(answer.body.detail).toContain('INSTAGRAM_WEBHOOK_VERIFY_TOKEN');
    await off.stop();
  });
});

describe('the signature', () => {
  test.each([
    ['this secret', () => instagram.secret],
    ['the secret before', () => PREVIOUS_SECRET],
  ])('by %s counts', async (_, key) => {
    const mid = newMid();
    expect(
      (await instagram.deliver(bodyOf(shop.accountId, messageTo(shop.accountId, mid)), { key: key() }))
        .status,
    ).toBe(200);
    expect(await toldOf(mid)).toHaveLength(1);
  });

  test.each<[string, object]>([
    ['by another secret', { key: 'unknown' }],
    ['by an empty secret', { key: '' }],
    ['that is missing', { headers: {} }],
    ['that is empty', { headers: { 'x-hub-signature-256': '' } }],
    ['that is no hex', { headers: { 'x-hub-signature-256': `sha256=${'z'.repeat(64)}` } }],
    ['that is cut short', { headers: { 'x-hub-signature-256': 'sha256=abcd' } }],
    ['of the old kind alone', { headers: { 'x-hub-signature': `sha1=${'0'.repeat(40)}` } }],
  ])('%s is refused, and nothing is stored', async (_, wrong) => {
    const mid = newMid();
    const answer = await instagram.deliver(bodyOf(shop.accountId, messageTo(shop.accountId, mid)), wrong);
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
    expect(answer.body.title).toBe('Signature does not match');
    expect(await toldOf(mid)).toHaveLength(0);
    expect(JSON.stringify(answer.body)).not.toContain(TEXT);
  });

  test('covers the bytes as received: the same JSON serialized differently is refused', async () => {
    const mid = newMid();
    const sent = bodyOf(shop.accountId, messageTo(shop.accountId, mid, { text: 'a/b é' }))
      .replace('a/b', 'a\\/b')
      .replace('é', '\\u00e9');
    const anew = JSON.stringify(JSON.parse(sent));
    const signature = createHmac('sha256', instagram.secret).update(sent).digest('hex');
    const headers = { 'x-hub-signature-256': `sha256=${signature}` };
    expect((await instagram.deliver(anew, { headers })).status).toBe(403);
    expect((await instagram.deliver(sent, { headers })).status).toBe(200);
    expect(await toldOf(mid)).toHaveLength(1);
  });
});

describe('a message', () => {
  test('to a connected account becomes an event of ids alone', async () => {
    const mid = newMid();
    await instagram.deliver(bodyOf(shop.accountId, messageTo(shop.accountId, mid)));
    // The feed holds back what an open transaction, of any database here, might still come before.
    const event = await until(async () => {
      const { body } = await api.get('/v1/events?type=message.received&limit=500');
      return body.data.find((one: { data: { message: { id: string } } }) => one.data.message.id === mid);
    });
    expect(event).toMatchObject({
      type: 'message.received',
      integrationId: shop.id,
      data: {
        integrationId: shop.id,
        ownerRef: shop.ownerRef,
        account: { id: shop.accountId, username: 'shop' },
        message: {
          id: mid,
          senderId: '1602510301006188',
          partnerId: '1602510301006188',
          sentAt: '2027-01-15T08:00:00.123Z',
        },
      },
    });
    expect(JSON.stringify(event)).not.toContain(TEXT);
  });

  test('carries its text where that is wanted, as the database can keep it', async () => {
    const open = await startApi(stack, {
      instagram: withCallbacks(stack.instagram),
      forwardMessageText: true,
    });
    const deliver = caller(stack, open).deliver;
    const [plain, odd, none] = [newMid(), newMid(), newMid()];
    const answer = await deliver(
      bodyOf(
        shop.accountId,
        messageTo(shop.accountId, plain),
        messageTo(shop.accountId, odd, { text: 'a\0b\ud800c 😀' }),
        messageTo(shop.accountId, none, { text: undefined, attachments: [{ type: 'image' }] }),
      ),
    );
    expect(answer.status).toBe(200);
    expect((await toldOf(plain, odd, none)).map(({ text }) => text)).toEqual([TEXT, 'a�b�c 😀', null]);
    await open.stop();
  });

  test('is reported once, however often and at how many processes at once it is delivered', async () => {
    const mid = newMid();
    const body = bodyOf(shop.accountId, messageTo(shop.accountId, mid));
    const answers = await Promise.all(Array.from({ length: 10 }, () => instagram.deliver(body)));
    answers.push(
      await instagram.deliver(
        bodyOf(shop.accountId, messageTo(shop.accountId, mid), messageTo(shop.accountId, mid)),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await toldOf(mid)).toHaveLength(1);
  });

  test('of a batch that overlaps with another one is reported once, too', async () => {
    const mids = Array.from({ length: 40 }, newMid);
    const batch = (order: string[]) =>
      instagram.deliver(bodyOf(shop.accountId, ...order.map((mid) => messageTo(shop.accountId, mid))));
    const answers = await Promise.all([batch(mids), batch(mids.toReversed()), batch(mids.slice(10))]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await toldOf(...mids)).map(({ id }) => id).sort()).toEqual(mids.toSorted());
  });

  test('may come in any order', async () => {
    const [first, second] = [newMid(), newMid()];
    const at = (mid: string, timestamp: number) =>
      bodyOf(shop.accountId, { ...messageTo(shop.accountId, mid), timestamp });
    await instagram.deliver(at(second, 2_000));
    await instagram.deliver(at(first, 1_000));
    expect((await toldOf(first, second)).map(({ sentAt }) => sentAt)).toEqual([
      '1970-01-01T00:00:02.000Z',
      '1970-01-01T00:00:01.000Z',
    ]);
  });

  test('keeps ids beyond 2^53 that come as numbers', async () => {
    const mid = newMid();
    const body = bodyOf(shop.accountId, messageTo(shop.accountId, mid))
      .replaceAll(`"${shop.accountId}"`, String(shop.accountId))
      .replace('"1602510301006188"', '27640875392278831');
    expect(body).not.toContain(`"${shop.accountId}"`);
    expect((await instagram.deliver(body)).status).toBe(200);
    expect(await toldOf(mid)).toMatchObject([{ senderId: '27640875392278831' }]);
  });

  test('to an account of a disconnected integration is not reported', async () => {
    const gone = await stack.connect('gone', { start: false });
    await disconnect(stack.pool, gone.id, stack.simulator.clock.now());
    const answer = await instagram.deliver(bodyOf(gone.accountId, messageTo(gone.accountId, newMid())));
    expect(answer.status).toBe(200);
    expect(await told(gone.id)).toEqual([]);
  });

  test('to the same account of another app is not reported', async () => {
    const foreign = withCallbacks(stack.instagram, { appId: '999' });
    const other = await startApi(stack, { instagram: foreign });
    const mid = newMid();
    const body = bodyOf(shop.accountId, messageTo(shop.accountId, mid));
    expect((await caller(stack, other).deliver(body)).status).toBe(200);
    expect(await toldOf(mid)).toHaveLength(0);
    await other.stop();
  });
});

describe('acknowledged and left alone:', () => {
  const signed: [string, () => string][] = [
    ['an unknown account', () => bodyOf('17841499999999999', messageTo('17841499999999999', newMid()))],
    ['an echo', () => bodyOf(shop.accountId, messageTo(shop.accountId, newMid(), { is_echo: true }))],
    [
      'a message of its own',
      () =>
        bodyOf(shop.accountId, { ...messageTo(shop.accountId, newMid()), sender: { id: shop.accountId } }),
    ],
    [
      'a message that was taken back',
      () => bodyOf(shop.accountId, messageTo(shop.accountId, newMid(), { is_deleted: true })),
    ],
    ['that it was read', () => bodyOf(shop.accountId, { sender: { id: '1' }, read: { mid: 'x' } })],
    [
      'a comment',
      () =>
        JSON.stringify({
          object: 'instagram',
          entry: [{ id: shop.accountId, changes: [{ field: 'comments' }] }],
        }),
    ],
    [
      'another object',
      () =>
        JSON.stringify({
          object: 'page',
          entry: [{ id: shop.accountId, messaging: [messageTo(shop.accountId, newMid())] }],
        }),
    ],
    [
      'ids that are none',
      () => bodyOf(shop.accountId, { ...messageTo(shop.accountId, newMid()), sender: { id: "1'--" } }),
    ],
    ['a message id with a null character', () => bodyOf(shop.accountId, messageTo(shop.accountId, 'a\0b'))],
    ['an empty list', () => JSON.stringify({ object: 'instagram', entry: [] })],
    ['an empty object', () => '{}'],
    ['what is no object', () => '"text"'],
    ['broken JSON', () => '{"object":"instagram",'],
    ['nothing', () => ''],
    ['JSON without end', () => '['.repeat(200_000)],
    ['bytes that are no text', () => '\ufffd\0\u0001'],
  ];

  test.each(signed)('%s', async (_, body) => {
    const before = (await told()).length;
    expect((await instagram.deliver(body())).status).toBe(200);
    expect(await told()).toHaveLength(before);
  });

  test('what cannot be read beside what can', async () => {
    const mid = newMid();
    const body = JSON.stringify({
      object: 'instagram',
      entry: [
        null,
        { id: [] },
        {
          id: shop.accountId,
          messaging: [7, { message: {} }, { ...messageTo(shop.accountId, mid), timestamp: 'soon' }],
        },
      ],
    });
    expect((await instagram.deliver(body)).status).toBe(200);
    expect(await toldOf(mid)).toMatchObject([{ id: mid, sentAt: null }]);
  });
});

describe('on the way in', () => {
  /** The status of a request of which only the head is sent. */
  const statusOf = (at: string, method: string, path: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(at);
      const request = rawRequest({ hostname, port, path, method, headers }, (response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
      request.on('error', reject);
      request.flushHeaders();
      if (method === 'GET') request.end();
    });

  test('a delivery may have up to 1 MiB, and no more', async () => {
    const mid = newMid();
    const body = bodyOf(shop.accountId, messageTo(shop.accountId, mid)).padEnd(1024 * 1024);
    expect((await instagram.deliver(body)).status).toBe(200);
    expect(await toldOf(mid)).toHaveLength(1);
    const tooMuch = { 'content-type': 'application/json', 'content-length': String(body.length + 1) };
    expect(await statusOf(api.url, 'POST', PATH, tooMuch)).toBe(413);
    expect(await statusOf(api.url, 'POST', '/callbacks/instagram/deauthorize', tooMuch)).toBe(413);
  });

  test('requests under the public name pass, other names do not', async () => {
    const site = { publicUrl: 'https://evergrant.example.com' };
    const behind = await startApi(stack, { instagram: withCallbacks(stack.instagram), site });
    const path = `${PATH}?hub.mode=subscribe&hub.verify_token=${VERIFY_TOKEN}&hub.challenge=1`;
    expect(await statusOf(behind.url, 'GET', path, { host: 'evergrant.example.com' })).toBe(200);
    expect(await statusOf(behind.url, 'GET', path, { host: 'rebound.example.com' })).toBe(403);
    await behind.stop();
  });

  test('while the database is down nothing is acknowledged, so that it comes again', async () => {
    const pool = createPool('postgres://nobody@127.0.0.1:1/none');
    const down = await startApi(stack, { instagram: withCallbacks(stack.instagram), pool });
    const answer = await caller(stack, down).deliver(
      bodyOf(shop.accountId, messageTo(shop.accountId, newMid())),
    );
    expect([answer.status, answer.body.code]).toEqual([503, 'service_unavailable']);
    await down.stop();
    await pool.end();
  });

  test('the routes are in the API description, without a key', async () => {
    const { body } = await api.get('/openapi.json');
    const { get, post } = body.paths[PATH];
    expect([get.security, post.security]).toEqual([undefined, undefined]);
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/callbacks/instagram/deauthorize',
        '/callbacks/instagram/data-deletion',
        '/callbacks/instagram/data-deletion/{code}',
      ]),
    );
  });
});
