import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { createOutgoing } from '../../../../adapters/outgoing/post';
import { MAX_WEBHOOK_ENDPOINTS } from '../../../../adapters/postgres/deliveries/webhook-endpoints';
import { type TestApi, startApi } from '../../../support/api';
import { type Stack, startStack } from '../../../support/stack';

let stack: Stack;
let api: TestApi;
/** As in production, for which this machine is out of bounds. */
let production: TestApi;
let consumer: Server;
let consumerUrl: string;
let answer: { status: number; body?: string; headers?: Record<string, string> };
let received: { headers: IncomingHttpHeaders; body: string }[];
beforeAll(async () => {
  stack = await startStack({ workers: false });
  api = await startApi(stack);
  const names: Record<string, string> = { 'good.example': '93.184.216.34', 'inside.example': '10.1.2.3' };
  const resolve = async (host: string) =>
    names[host] ? [{ address: names[host], family: 4 }] : Promise.reject(new Error('ENOTFOUND'));
  production = await startApi(stack, { outgoing: createOutgoing({ development: false }, { resolve }) });
  consumer = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => consumer.listen(0, '127.0.0.1', resolve));
  consumerUrl = `http://127.0.0.1:${(consumer.address() as AddressInfo).port}/hooks`;
});
beforeEach(async () => {
  answer = { status: 204 };
  received = [];
  await stack.pool.query('delete from webhook_endpoints');
});
afterAll(async () => {
  consumer.close();
  await production.stop();
  await api.stop();
  await stack.stop();
});

const PATH = '/v1/webhook-endpoints';
const create = (body: object, on = api) => on.post(PATH, body);
const sendTest = async (id: string) => (await api.post(`${PATH}/${id}/test`)).body;

test('an endpoint is made, listed without its secret, and removed', async () => {
  const made = await create({
    url: 'https://good.example/hooks',
    events: ['token.refreshed', 'token.refreshed'],
  });
  expect(made.status).toBe(201);
  const { secret, ...shown } = made.body;
  expect(shown).toEqual({
    id: expect.stringMatching(/^whe_/),
    url: 'https://good.example/hooks',
    events: ['token.refreshed'],
    enabled: true,
    disabledAt: null,
    disabledReason: null,
    oldSecretUntil: null,
    createdAt: expect.any(String),
  });
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect((await api.get(PATH)).body).toEqual({ data: [shown], nextCursor: null });
  expect((await api.delete(`${PATH}/${shown.id}`)).status).toBe(204);
  expect((await api.delete(`${PATH}/${shown.id}`)).status).toBe(404);
  expect((await api.post(`${PATH}/${shown.id}/test`)).status).toBe(404);
  expect((await api.get(PATH)).body.data).toEqual([]);
});

test('the database holds the secret sealed, and for this endpoint alone', async () => {
  const { body: first } = await create({ url: consumerUrl, events: ['*'] });
  const { body: second } = await create({ url: consumerUrl, events: ['*'] });
  const { rows } = await stack.pool.query(
    'select row_to_json(webhook_endpoints)::text as kept from webhook_endpoints',
  );
  const hex = (text: string) => Buffer.from(text).toString('hex');
  for (const { kept } of rows)
    for (const { secret } of [first, second]) {
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(hex(secret));
    }
  await stack.pool.query(
    'update webhook_endpoints set sealed = (select sealed from webhook_endpoints where id = $1) where id = $2',
    [first.id, second.id],
  );
  const moved = await api.post(`${PATH}/${second.id}/test`);
  expect([moved.status, moved.body.code]).toEqual([503, 'decrypt_failed']);
  expect(received).toEqual([]);
});

test.each([
  ['http://good.example/', 'url'],
  ['https://inside.example/', 'url'],
  ['https://user:word@good.example/', 'url'],
  ['https://127.0.0.1/', 'url'],
  ['https://2130706433/', 'url'],
  ['https://[::ffff:10.0.0.1]/', 'url'],
  ['https://169.254.169.254/latest/meta-data', 'url'],
  ['ftp://good.example/', 'url'],
  [`https://good.example/${'x'.repeat(2_000)}`, 'url'],
  ['nothing', 'url'],
])('%s is refused by the name of the field', async (url, field) => {
  const { status, body } = await create({ url, events: ['*'] }, production);
  expect([status, body.code, body.errors.map((error: { field: string }) => error.field)]).toEqual([
    400,
    'invalid_request',
    [field],
  ]);
});

test('a public host name is accepted, also one that does not resolve yet', async () => {
  for (const host of ['good.example', 'soon.example'])
    expect((await create({ url: `https://${host}/`, events: ['*'] }, production)).status).toBe(201);
});

test.each([[[]], [['*', 'token.refreshed']], [['nothing.happened']], ['*'], [undefined]])(
  'events %j are refused',
  async (events) => {
    const { status, body } = await create({ url: consumerUrl, events });
    expect([status, body.errors[0].field.split('.')[0]]).toEqual([400, 'events']);
  },
);

test('there are at most 20, however many are made at once', async () => {
  const all = await Promise.all(
    Array.from({ length: MAX_WEBHOOK_ENDPOINTS + 5 }, () => create({ url: consumerUrl, events: ['*'] })),
  );
  expect(all.filter(({ status }) => status === 201)).toHaveLength(20);
  expect(all.find(({ status }) => status !== 201)?.body).toMatchObject({
    code: 'forbidden',
    detail: expect.stringContaining('20 endpoints'),
  });
  expect((await api.get(PATH)).body.data).toHaveLength(20);
});

test('a key limited to owners is refused with the reason: endpoints receive the events of all owners', async () => {
  const { body: made } = await create({ url: consumerUrl, events: ['*'] });
  const { body: key } = await api.post('/v1/api-keys', {
    name: 'x',
    scopes: ['admin'],
    ownerRefs: ['owner-1'],
  });
  const limited = api.as(key.key);
  for (const refused of [
    await limited.get(PATH),
    await limited.post(PATH, { url: consumerUrl, events: ['*'] }),
    await limited.post(`${PATH}/${made.id}/test`),
    await limited.patch(`${PATH}/${made.id}`, { enabled: false }),
    await limited.post(`${PATH}/${made.id}/rotate-secret`),
    await limited.get('/v1/deliveries'),
    await limited.get('/v1/deliveries/dlv_1'),
    await limited.post('/v1/deliveries/dlv_1/redeliver'),
    await limited.post('/v1/deliveries/redeliver-failed'),
    await limited.get('/v1/mail'),
    await limited.post('/v1/mail-test', { to: 'me@shop.example' }),
    await limited.delete(`${PATH}/${made.id}`),
  ])
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      403,
      'forbidden',
      expect.stringContaining('all owners'),
    ]);
  expect(received).toEqual([]);
  expect((await api.get(PATH)).body.data).toHaveLength(1);
});

describe('a test event', () => {
  test('is a CloudEvent that the receiver can verify with its secret, and with no other', async () => {
    const { body: endpoint } = await create({ url: consumerUrl, events: ['token.refreshed'] });
    expect(await sendTest(endpoint.id)).toEqual({
      delivered: true,
      status: 204,
      durationMs: expect.any(Number),
      error: null,
    });
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    const event = new Webhook(endpoint.secret).verify(body, headers as Record<string, string>);
    expect(event).toEqual({
      specversion: '1.0',
      id: headers['webhook-id'],
      source: api.url,
      type: 'evergrant.test',
      subject: endpoint.id,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
      datacontenttype: 'application/json',
      data: { endpointId: endpoint.id },
    });
    const { body: other } = await create({ url: consumerUrl, events: ['*'] });
    for (const [secret, text] of [
      [other.secret, body],
      [endpoint.secret, `${body} `],
    ])
      expect(() => new Webhook(secret).verify(text, headers as Record<string, string>)).toThrow(
        'No matching',
      );
  });

  test('is verified by the receiver’s own clock, also when the sandbox’s is months ahead', async () => {
    stack.simulator.clock.advance(100 * 24 * 3_600_000);
    const { body: endpoint } = await create({ url: consumerUrl, events: ['*'] });
    await sendTest(endpoint.id);
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    expect(() => new Webhook(endpoint.secret).verify(body, headers as Record<string, string>)).not.toThrow();
  });

  test.each([301, 302, 400, 500])(
    'answered with %i was not delivered; nothing else of the answer is told',
    async (status) => {
      answer = {
        status,
        body: 'their secret text',
        headers: { location: consumerUrl, 'x-inside': 'their secret' },
      };
      const { body: endpoint } = await create({ url: consumerUrl, events: ['*'] });
      const result = await api.post(`${PATH}/${endpoint.id}/test`);
      expect([result.status, result.body]).toEqual([
        200,
        { delivered: false, status, durationMs: expect.any(Number), error: null },
      ]);
      expect(JSON.stringify([...result.headers])).not.toContain('their secret');
      expect(received).toHaveLength(1);
    },
  );

  test('without an answer says why', async () => {
    const { body: endpoint } = await create({ url: 'http://127.0.0.1:1/', events: ['*'] });
    expect(await sendTest(endpoint.id)).toEqual({
      delivered: false,
      status: null,
      durationMs: expect.any(Number),
      error: { code: 'connection_failed', text: expect.any(String) },
    });
  });

  test('goes nowhere when the address is no longer allowed', async () => {
    const { body: endpoint } = await create({ url: consumerUrl, events: ['*'] });
    const { body } = await production.post(`${PATH}/${endpoint.id}/test`);
    expect([body.delivered, body.error.code]).toEqual([false, 'address_refused']);
    expect(received).toEqual([]);
  });
});
