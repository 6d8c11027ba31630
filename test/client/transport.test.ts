import { Webhook } from 'standardwebhooks';
import {
  EvergrantError,
  ReconnectRequiredError,
  WebhookVerificationError,
  createEvergrantClient,
  verifyWebhook,
} from '../../client/index';

type Reply = () => Response | Promise<Response>;

/** A client whose requests are answered in turn; the last answer is repeated. */
function answering(...replies: Reply[]) {
  const requests: Request[] = [];
  const client = createEvergrantClient({
    baseUrl: 'https://evergrant.example.com/',
    apiKey: 'evg_key',
    timeoutMs: 2_000,
    fetch: (async (request: Request) => {
      requests.push(request);
      return replies[Math.min(requests.length, replies.length) - 1]!();
    }) as typeof fetch,
  });
  return { client, requests };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    });
const problem = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}) =>
  json(status, { status, code, detail: `The detail of ${code}.`, ...more }, headers);
const unreachable: Reply = () => Promise.reject(new TypeError('fetch failed'));
const soon = { 'retry-after': '0' };

const read = (one: ReturnType<typeof answering>['client']) => one.integration('int_1');
const send = (one: ReturnType<typeof answering>['client']) =>
  one.send('int_1', { recipientId: '1', text: 'Hello' });
const connect = (one: ReturnType<typeof answering>['client']) =>
  one.connect({ provider: 'instagram', ownerRef: 'customer-1' });
const ensureFresh = (one: ReturnType<typeof answering>['client']) => one.ensureFresh('int_1');

const done = json(200, { id: 'int_1' });
test.each([
  ['a read', read, unreachable, 2],
  ['a read', read, problem(503, 'service_unavailable', {}, soon), 2],
  ['a read', read, () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 2],
  ['a read', read, problem(429, 'rate_limited', {}, soon), 2],
  ['a read', read, problem(404, 'not_found'), 1],
  ['a read', read, problem(500, 'internal'), 1],
  ['a send', send, unreachable, 2],
  ['a send', send, problem(503, 'recovery_pending', {}, soon), 2],
  ['a send', send, problem(502, 'outcome_unknown'), 1],
  ['what may be asked twice', ensureFresh, unreachable, 2],
  ['what makes something new', connect, unreachable, 1],
  ['what makes something new', connect, problem(503, 'service_unavailable', {}, soon), 1],
  ['what makes something new', connect, problem(429, 'rate_limited', {}, soon), 2],
  [
    'what is to wait longer than the caller',
    read,
    problem(503, 'provider_incident', {}, { 'retry-after': '60' }),
    1,
  ],
])('%s is repeated only where that is safe and may help', async (_, ask, first, attempts) => {
  const { client, requests } = answering(first, done);
  await ask(client).catch(() => undefined);
  expect(requests).toHaveLength(attempts);
});

test('every attempt of a send has its key, its body, and the API key', async () => {
  const { client, requests } = answering(unreachable, unreachable, json(201, { messageId: 'm' }));
  expect(await send(client)).toEqual({ messageId: 'm' });
  const keys = requests.map(({ headers }) => headers.get('idempotency-key'));
  expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
  expect(new Set(keys).size).toBe(1);
  expect(await Promise.all(requests.map((request) => request.text()))).toEqual(
    Array(3).fill('{"recipientId":"1","text":"Hello"}'),
  );
  expect(requests[2]!.url).toBe('https://evergrant.example.com/v1/integrations/int_1/messages');
  expect(requests[2]!.headers.get('authorization')).toBe('Bearer evg_key');
  const { client: other, requests: given } = answering(json(201, {}));
  await other.send('int_1', { recipientId: '1', text: 'x' }, { idempotencyKey: 'order-7' });
  expect(given[0]!.headers.get('idempotency-key')).toBe('order-7');
});

test('a mark that is for the client alone is not sent', async () => {
  const { client, requests } = answering(done);
  await ensureFresh(client);
  expect([...requests[0]!.headers.keys()].filter((name) => name.startsWith('evergrant'))).toEqual([]);
});

const failureOf = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error: unknown) => error,
  );

test('problem documents are errors with code, status and details; a proxy’s page is one, too', async () => {
  const errors = [{ field: 'ownerRef', message: 'is missing' }];
  const refused = await failureOf(connect(answering(problem(400, 'invalid_request', { errors })).client));
  expect(refused).toBeInstanceOf(EvergrantError);
  expect(refused).toMatchObject({
    name: 'EvergrantError',
    message: 'The detail of invalid_request.',
    code: 'invalid_request',
    status: 400,
    retryAfterSeconds: null,
    details: { errors },
  });
  const late = await failureOf(
    read(answering(problem(503, 'provider_incident', {}, { 'retry-after': '60' })).client),
  );
  expect(late).toMatchObject({ code: 'provider_incident', retryAfterSeconds: 60 });
  const owner = await failureOf(
    read(
      answering(problem(409, 'reconnect_required', { reason: 'deauthorized', reconnectUrl: null })).client,
    ),
  );
  expect(owner).toBeInstanceOf(ReconnectRequiredError);
  expect(owner).toMatchObject({ reason: 'deauthorized', reconnectUrl: null });
  for (const [reply, code, status] of [
    [() => new Response('<h1>No</h1>', { status: 403 }), 'unexpected_answer', 403],
    [() => new Response('[]', { status: 400 }), 'unexpected_answer', 400],
    [unreachable, 'no_answer', 0],
  ] as const)
    expect(await failureOf(connect(answering(reply).client))).toMatchObject({ code, status });
});

test('a call ends in time, however long the answers take', async () => {
  const hanging: Reply = () => new Promise(() => undefined);
  const waiting = createEvergrantClient({
    baseUrl: 'https://evergrant.example.com',
    apiKey: 'evg_key',
    timeoutMs: 50,
    fetch: ((request: Request) =>
      Promise.race([
        hanging(),
        new Promise((_, reject) =>
          request.signal.addEventListener('abort', () => reject(request.signal.reason)),
        ),
      ])) as typeof fetch,
  });
  expect(await failureOf(read(waiting))).toMatchObject({ code: 'no_answer', status: 0 });
});

test('a list is a page to who awaits it, and all rows to who iterates', async () => {
  const pages = [
    json(200, { data: [{ id: 'a' }, { id: 'b' }], nextCursor: 'c1' }),
    json(200, { data: [], nextCursor: 'c2' }),
    json(200, { data: [{ id: 'c' }], nextCursor: null }),
  ];
  const { client, requests } = answering(...pages);
  const seen: string[] = [];
  for await (const { id } of client.integrations({ state: 'expired', limit: 2 })) seen.push(id);
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(requests.map(({ url }) => new URL(url).search)).toEqual([
    '?state=expired&limit=2',
    '?state=expired&limit=2&cursor=c1',
    '?state=expired&limit=2&cursor=c2',
  ]);
  expect(await answering(pages[0]!).client.conversations('int_1')).toMatchObject({ nextCursor: 'c1' });
});

test('a webhook is verified with one secret or several, from any kind of headers', () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const old = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;
  const body = JSON.stringify({ specversion: '1.0', id: 'evt_1', type: 'integration.expired', data: {} });
  const headersBy = (key: string, at = new Date()) => ({
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(key).sign('evt_1', at, body),
  });
  expect(verifyWebhook(body, headersBy(secret), secret).type).toBe('integration.expired');
  expect(verifyWebhook(body, new Headers(headersBy(old)), [secret, old]).id).toBe('evt_1');
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const [text, headers, key] of [
    [body, headersBy(old), secret],
    [`${body} `, headersBy(secret), secret],
    [body, headersBy(secret, hourAgo), secret],
    [body, {}, secret],
    [body, headersBy(secret), []],
    [body, headersBy(secret), 'not base64!'],
  ] as const)
    expect(() => verifyWebhook(text, headers, key)).toThrow(WebhookVerificationError);
});
