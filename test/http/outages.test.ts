import { type Pool } from 'pg';
import { createInstagram } from '../../adapters/instagram/client';
import { createProviderHttp } from '../../adapters/instagram/http';
import { createPool } from '../../adapters/postgres/pool';
import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { createSealer } from '../../adapters/encryption/sealer';
import { createKeyChecks } from '../../adapters/encryption/key-check';
import { type OpenTemporal, openTemporal } from '../../adapters/temporal/connect';
import { createProviderGate } from '../../services/provider-gate';
import { createLifecycleClient } from '../../client/lifecycle-client';
import { DAY_MS } from '../../core/time';
import { type TestApi, startApi } from '../support/api';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';
import { withoutWaiting } from '../support/without-waiting';
import { keyBytes } from '../support/key-bytes';

/** Nothing listens there. */
const CLOSED = '127.0.0.1:1';

let stack: Stack;
let id: string;
let nowhere: OpenTemporal;
beforeAll(async () => {
  nowhere = openTemporal({ connectionOptions: { address: CLOSED }, namespace: 'none' });
  stack = await startStack();
  stack.simulator.addAccount({ username: 'steady', conversations: 1 });
  ({ id } = await stack.connect('steady'));
  await stack.travel.advance(2 * DAY_MS);
});
afterAll(async () => {
  await stack.stop();
  await nowhere.close();
});
afterEach(() => stack.calm());

describe('while Temporal is down', () => {
  let api: TestApi;
  beforeAll(async () => {
    const temporal = nowhere.client;
    api = await startApi(stack, {
      temporal,
      lifecycles: createLifecycleClient(temporal, stack.simulator.clock),
    });
  });
  afterAll(() => api.stop());

  test.each([
    '/v1/integrations',
    '/v1/events',
    'ONE',
    'ONE/events',
    'ONE/token',
    'ONE/conversations',
    '/v1/fleet',
    '/openapi.json',
    '/docs',
  ])('%s answers without waiting for it', async (path) => {
    const answer = await withoutWaiting(api.get(path.replace('ONE', `/v1/integrations/${id}`)));
    expect(answer.status).toBe(200);
  });

  test('the fleet says that the schedule is not known', async () => {
    const { body } = await api.get('/v1/fleet');
    expect(body.audit).toEqual({
      enabled: null,
      every: '1h',
      lastRunAt: null,
      lastResult: null,
      nextRunAt: null,
    });
  });

  test('an integration is shown without its run', async () => {
    const { body } = await api.get(`/v1/integrations/${id}`);
    expect(body.temporal).toEqual({ workflowId: `token-lifecycle/${id}`, runId: null });
  });

  test('readyz names the part that fails; tokens are served all the same', async () => {
    const ready = await withoutWaiting(api.as(null).get('/readyz'));
    expect([ready.status, ready.body]).toEqual([503, { ready: false, failing: ['temporal'] }]);
    const serve = await api.as(null).get('/readyz/serve');
    expect([serve.status, serve.body]).toEqual([200, { ready: true, failing: [] }]);
    expect((await api.as(null).get('/healthz')).status).toBe(200);
  });

  test('pause, resume and disconnect hold at once, and the lifecycle learns of them by the audit', async () => {
    const { id: leaving } = await stack.connect('leaving');
    const path = `/v1/integrations/${leaving}`;
    expect((await withoutWaiting(api.post(`${path}/pause`))).body.paused).toBe(true);
    expect((await withoutWaiting(api.delete(path))).status).toBe(204);
    expect((await api.get(`${path}/token`)).body.code).toBe('disconnected');
  });

  test('a new account can be connected; its lifecycle starts later', async () => {
    stack.simulator.addAccount({ username: 'early' });
    const { body } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'o' });
    stack.simulator.scriptLogin({ account: 'early', decision: 'allow' });
    const browser = api.browser();
    const begun = await browser.request('POST', body.connectUrl);
    const consent = await browser.get(begun.headers.get('location') ?? '');
    const page = await withoutWaiting(browser.get(consent.headers.get('location') ?? ''));
    expect(page.body).toContain('Connected');
    expect((await api.get(`/v1/integrations/${body.integration.id}/token`)).status).toBe(200);
    await stack.lifecycles.start(body.integration.id);
  });

  test('a fresh token needs no other system', async () => {
    const answer = await withoutWaiting(api.post(`/v1/integrations/${id}/ensure-fresh`));
    expect([answer.status, answer.body.refreshed]).toEqual([200, false]);
  });

  test('what needs Temporal, or workers, says so within 20 seconds, and nothing of it is lost', async () => {
    const well = await startApi(stack);
    await stack.stopWorkers();
    const path = `/v1/integrations/${id}`;
    stack.simulator.receive('steady', { text: 'Anybody there?', from: 'customer' });
    const { body: list } = await api.get(`${path}/conversations`);
    const recipientId = list.data[0].participants.find(
      (one: { username: string }) => one.username === 'customer',
    ).id;
    const send = (at: TestApi) =>
      at.post(`${path}/messages`, { recipientId, text: 'Yes' }, { 'idempotency-key': 'k' });
    const note = (at: TestApi) => at.post(`${path}/token-rejections`, { version: 1, code: 190, wait: false });

    const [refresh, report, noted, sent, ...idle] = await Promise.all([
      api.post(`${path}/ensure-fresh`, { withinDays: 60 }),
      api.post(`${path}/token-rejections`, { version: 1, code: 190 }),
      note(api),
      send(api),
      well.post(`${path}/refresh`),
      well.post(`${path}/recheck`),
      well.post(`${path}/token-rejections`, { version: 1, code: 190 }),
    ]);
    expect(idle.map(({ status, body }) => [status, body.code ?? body.outcome])).toEqual([
      [503, 'refresh_failed'],
      [200, 'undecided'],
      [200, 'undecided'],
    ]);
    expect([refresh.status, refresh.body.code, refresh.body.integration.usable]).toEqual([
      503,
      'refresh_failed',
      true,
    ]);
    expect(refresh.body.text).toContain('We could not renew the Instagram connection of @steady.');
    expect([report.status, report.body.outcome]).toEqual([200, 'undecided']);
    expect(report.body.retryAfterSeconds).toBeGreaterThan(0);
    expect([noted.status, noted.body.code]).toEqual([503, 'service_unavailable']);
    expect(noted.headers.get('retry-after')).toBe('5');
    expect([sent.status, sent.body.code]).toEqual([503, 'service_unavailable']);

    // All is back: the report is not taken for a repetition, and the key still sends.
    await stack.startWorkers();
    const before = (await stack.lifecycles.status(id)).messages.handled;
    expect((await note(well)).status).toBe(202);
    await until(async () => (await stack.lifecycles.status(id)).messages.handled > before);
    expect((await send(well)).status).toBe(201);
    await well.stop();
  }, 40_000);
});

describe('while Instagram is down', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi(stack);
  });
  beforeEach(() => {
    stack.simulator.addFault({ match: {}, drop: 'before' });
  });
  afterAll(() => api.stop());

  test.each(['/v1/integrations', 'ONE', 'ONE/token', 'ONE/events', '/v1/events', '/v1/fleet'])(
    '%s works',
    async (path) => {
      const answer = await withoutWaiting(api.get(path.replace('ONE', `/v1/integrations/${id}`)));
      expect(answer.status).toBe(200);
    },
  );

  test('ready is who can serve', async () => {
    expect((await api.as(null).get('/readyz')).body).toEqual({ ready: true, failing: [] });
  });
});

describe('while the database takes no writes', () => {
  let api: TestApi;
  let pool: Pool;
  beforeAll(async () => {
    pool = createPool(`${stack.directDatabaseUrl}?options=-c%20default_transaction_read_only%3Don`);
    const { clock, settings } = stack.simulator;
    const http = createProviderHttp(clock, { gate: createProviderGate(pool, clock, settings.appId) });
    api = await startApi(stack, { pool, instagram: createInstagram(http, stack.instagram.settings) });
  });
  afterAll(async () => {
    await api.stop();
    await pool.end();
  });

  test('readyz says so in words, and tokens are still served', async () => {
    const ready = await api.as(null).get('/readyz');
    expect([ready.status, ready.body]).toEqual([
      503,
      {
        ready: false,
        failing: ['database'],
        reasons: { database: expect.stringMatching(/^The database is read-only.*25006/) },
      },
    ]);
    expect((await api.as(null).get('/readyz/serve')).status).toBe(200);
  });

  test.each(['', '/token', '/events', '/conversations', '/conversations/FIRST/messages'])(
    'integrations/…%s answers as always',
    async (path) => {
      const { body } = await api.get(`/v1/integrations/${id}/conversations`);
      const answer = await api.get(`/v1/integrations/${id}${path.replace('FIRST', body.data[0]?.id)}`);
      expect(answer.status).toBe(200);
    },
  );

  test.each([
    ['post', 'ONE/pause', undefined],
    ['post', '', { provider: 'instagram', ownerRef: 'o' }],
    ['patch', 'ONE', { ownerRef: 'o' }],
    ['delete', 'ONE', undefined],
  ] as const)('what would have to be written says why it is not: %s %s', async (method, path, body) => {
    const url = `/v1/integrations/${path.replace('ONE', id)}`.replace(/\/$/, '');
    const refused = await (method === 'delete' ? api.delete(url) : api[method](url, body));
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      503,
      'service_unavailable',
      expect.stringContaining('read-only'),
    ]);
  });
});

describe('while the database is down', () => {
  test('everything says so, without waiting for it', async () => {
    const pool = createPool(`postgres://nobody@${CLOSED}/none`);
    const sealer = createSealer(() => stack.deps.sealer.ring, { checks: createKeyChecks(pool) });
    const api = await startApi(stack, { pool, sealer });
    const paths = ['/v1/integrations', `/v1/integrations/${id}/token`, '/v1/events', '/v1/fleet'];
    for (const path of paths) {
      const { status, headers, body } = await withoutWaiting(api.get(path));
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'service_unavailable', '5']);
    }
    expect((await api.as(null).get('/readyz/serve')).body.failing).toEqual(['database', 'key']);
    expect((await api.as(null).get('/healthz')).status).toBe(200);
    await api.stop();
    await pool.end();
  });
});

describe('with a key that is not the one', () => {
  test('tokens are not served, and readyz names the key', async () => {
    const sealerOf = (id: string) =>
      createSealer(parseKeyRing(`${id}:${keyBytes(9).toString('base64')}`), {
        checks: createKeyChecks(stack.pool),
      });
    const sealer = sealerOf('other');
    const missing = await startApi(stack, { sealer });
    const { status, body } = await missing.get(`/v1/integrations/${id}/token`);
    expect([status, body.code]).toEqual([503, 'key_unavailable']);
    expect((await missing.get(`/v1/integrations/${id}`)).status).toBe(200);
    await missing.stop();

    const wrong = await startApi(stack, { sealer: sealerOf('test') });
    expect((await wrong.get(`/v1/integrations/${id}/token`)).body.code).toBe('key_unavailable');
    const ready = await wrong.as(null).get('/readyz');
    expect([ready.status, ready.body.failing]).toEqual([503, ['key']]);
    await wrong.stop();
  });
});
