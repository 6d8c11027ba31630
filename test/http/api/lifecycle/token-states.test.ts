import { DAY_MS, MINUTE_MS } from '../../../../core/time';
import { lifecycleWorkflowId } from '../../../../core/names';
import { type Answer, type TestApi, useApi } from '../../../support/api';
import { type Stack } from '../../../support/stack';
import { until } from '../../../support/until';
import { withoutWaiting } from '../../../support/without-waiting';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));
afterEach(() => stack.calm());

const dead = (account: string, times: number, subcode?: number) =>
  stack.simulator.addFault({
    match: { path: '/me', account },
    times,
    error: { code: 190, ...(subcode !== undefined && { subcode }) },
    status: 400,
  });

/** Every route that needs a token. */
const ROUTES: [string, (id: string) => Promise<Answer>][] = [
  ['token', (id) => api.get(`/v1/integrations/${id}/token`)],
  ['ensure-fresh', (id) => api.post(`/v1/integrations/${id}/ensure-fresh`)],
  ['refresh', (id) => api.post(`/v1/integrations/${id}/refresh`)],
  ['conversations', (id) => api.get(`/v1/integrations/${id}/conversations`)],
  ['messages', (id) => api.get(`/v1/integrations/${id}/conversations/c1/messages`)],
  [
    'send',
    (id) =>
      api.post(
        `/v1/integrations/${id}/messages`,
        { recipientId: '1', text: 'Hello' },
        { 'idempotency-key': 'state' },
      ),
  ],
];
const name = ([route]: (typeof ROUTES)[number]) => route;

test('a usable token is handed out with how long it may be cached, and is not stored in HTTP caches', async () => {
  const { id, expiresAt } = await stack.connect('giver');
  const { status, headers, body } = await api.get(`/v1/integrations/${id}/token`);
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(body).toEqual({
    accessToken: expect.stringMatching(/^IG/),
    version: 1,
    expiresAt: new Date(expiresAt!).toISOString(),
    cacheForSeconds: 300,
  });
  await api.post(`/v1/integrations/${id}/pause`);
  await stack.pool.query('update integrations set expires_at = $2 where id = $1', [
    id,
    new Date(stack.simulator.clock.now() + 2 * MINUTE_MS),
  ]);
  const short = (await api.get(`/v1/integrations/${id}/token`)).body.cacheForSeconds;
  expect(short).toBeGreaterThan(100);
  expect(short).toBeLessThanOrEqual(120);
  await stack.pool.query('update integrations set expires_at = $2 where id = $1', [id, new Date(expiresAt!)]);
});

describe('what routes answer by state', () => {
  test.each(ROUTES)('pending: %s answers 409 not_connected', async (_, call) => {
    const { body } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'o' });
    const answer = await call(body.integration.id);
    expect([answer.status, answer.body.code]).toEqual([409, 'not_connected']);
  });

  test.each(ROUTES)('disconnected: %s answers 409 disconnected', async (route, call) => {
    const { id } = await stack.connect(`gone-${route}`);
    await api.delete(`/v1/integrations/${id}`);
    const answer = await call(id);
    expect([answer.status, answer.body.code]).toEqual([409, 'disconnected']);
  });

  describe('expired', () => {
    let id: string;
    beforeAll(async () => {
      ({ id } = await stack.connect('over'));
      await stack.travel.advance(2 * DAY_MS);
      stack.simulator.invalidate('over', 460);
      const { body } = await api.post(`/v1/integrations/${id}/token-rejections`, {
        version: 1,
        code: 190,
        subcode: 460,
      });
      expect(body).toMatchObject({
        outcome: 'expired',
        integration: {
          state: 'expired',
          usable: false,
          reconnectRequired: true,
          reason: 'password_changed',
          banner: {
            level: 'error',
            cause: 'owner',
            text: '@over changed its Instagram password, which ended this connection. Reconnect to read and send messages again.',
          },
        },
      });
      expect(body.retryAfterSeconds).toBeUndefined();
    });

    test.each(ROUTES)('%s answers 409 reconnect_required with reason and link', async (_, call) => {
      const answer = await call(id);
      expect([answer.status, answer.body.code, answer.body.reason]).toEqual([
        409,
        'reconnect_required',
        'password_changed',
      ]);
      const page = await api.as(null).get(answer.body.reconnectUrl);
      expect(page.status).toBe(200);
      expect(page.body).toContain('Reconnect @over');
      expect(page.body).toContain('changed its Instagram password');
    });

    test('a report of the dead version is answered from the row, without a call', async () => {
      const before = stack.simulator.requests().length;
      const { body } = await api.post(`/v1/integrations/${id}/token-rejections`, { version: 1, code: 102 });
      expect(body.outcome).toBe('expired');
      expect(stack.simulator.requests()).toHaveLength(before);
    });

    test('a recheck looks again and says that it is still over', async () => {
      const { status, body } = await api.post(`/v1/integrations/${id}/recheck`);
      expect([status, body.outcome, body.integration.state]).toEqual([200, 'expired', 'expired']);
    });

    test('the list finds it by state and reason', async () => {
      const { body } = await api.get('/v1/integrations?state=expired&reason=password_changed');
      expect(body.data.map((row: { id: string }) => row.id)).toEqual([id]);
    });
  });

  describe('recovering, without a clear answer', () => {
    let id: string;
    beforeAll(async () => {
      ({ id } = await stack.connect('checked'));
      await stack.travel.advance(2 * DAY_MS);
      stack.simulator.invalidate('checked', 490);
      const { body } = await api.post(`/v1/integrations/${id}/token-rejections`, { version: 1, code: 190 });
      expect(body).toMatchObject({
        outcome: 'undecided',
        retryAfterSeconds: expect.any(Number),
        integration: {
          state: 'recovering',
          usable: false,
          reconnectRequired: false,
          lastError: {
            code: 'user_action_required',
            subcode: 490,
            class: expect.any(String),
            text: expect.any(String),
          },
          banner: { level: 'error', cause: 'owner', text: expect.stringContaining('choose Check again') },
        },
      });
    });

    test.each(ROUTES.filter((route) => name(route) === 'token'))(
      '%s answers 503 at once',
      async (_, call) => {
        const answer = await withoutWaiting(call(id));
        expect([answer.status, answer.body.code]).toEqual([503, 'recovery_pending']);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      },
    );

    test.each(ROUTES.filter((route) => name(route) !== 'token'))(
      '%s answers 503 recovery_pending, and does not wait for a look that is minutes away',
      async (_, call) => {
        const answer = await withoutWaiting(call(id));
        expect([answer.status, answer.body.code]).toEqual([503, 'recovery_pending']);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      },
    );

    test('Check again finds the account free, and everything works', async () => {
      stack.simulator.restore('checked');
      const { body } = await api.post(`/v1/integrations/${id}/recheck`);
      expect(body).toMatchObject({
        outcome: 'verified_ok',
        integration: { state: 'active', lastError: null },
      });
      expect((await api.get(`/v1/integrations/${id}/token`)).status).toBe(200);
    });
  });

  test.each(ROUTES.filter((route) => !['token', 'refresh', 'send', 'messages'].includes(name(route))))(
    'recovering: %s waits for the decision, then works',
    async (route, call) => {
      const account = `waits-${route}`;
      const { id, version } = await stack.connect(account);
      await stack.travel.advance(2 * DAY_MS);
      stack.simulator.addFault({ match: { path: '/me', account }, times: 1, status: 503 });
      await stack.lifecycles.tokenRejected(id, { version, code: 190, subcode: null, source: 'test' });
      await until(async () => (await stack.row(id)).state === 'recovering');
      expect((await call(id)).status).toBe(200);
      expect((await stack.row(id)).state).toBe('active');
    },
  );
});

describe('token-rejections', () => {
  test('say what happened to the version', async () => {
    const { id } = await stack.connect('told');
    await stack.travel.advance(2 * DAY_MS);
    const path = `/v1/integrations/${id}/token-rejections`;
    const alive = await api.post(path, {
      version: 1,
      code: 190,
      subcode: null,
      message: 'Session has expired',
    });
    expect([alive.status, alive.body.outcome]).toEqual([200, 'verified_ok']);
    await stack.travel.advance(MINUTE_MS);
    dead('told', 1);
    const refreshed = await api.post(path, { version: 1, code: 190 });
    expect([refreshed.status, refreshed.body.outcome]).toEqual([200, 'refreshed']);
    expect(refreshed.body.integration).toMatchObject({ id, state: 'active', tokenVersion: 2 });
    const stale = await api.post(path, { version: 1, code: 190 });
    expect([stale.status, stale.body.outcome, stale.body.integration.tokenVersion]).toEqual([
      200,
      'stale_version',
      2,
    ]);
    expect(stack.refreshCalls('told')).toBe(1);
  });

  test('with wait:false are noted at once and acted on', async () => {
    const { id } = await stack.connect('noted');
    await stack.travel.advance(2 * DAY_MS);
    dead('noted', 1);
    const body = { version: 1, code: 190, wait: false };
    for (let times = 0; times < 3; times++) {
      const answer = await api.post(`/v1/integrations/${id}/token-rejections`, body);
      expect([answer.status, answer.body]).toEqual([202, null]);
    }
    await until(async () => (await stack.row(id)).version === 2);
    expect(stack.refreshCalls('noted')).toBe(1);
  });

  test('about other codes, or versions that do not exist, are refused', async () => {
    const { id } = await stack.connect('refused');
    const path = `/v1/integrations/${id}/token-rejections`;
    for (const code of [4, 10, 200, 551, 0, -1]) {
      const { status, body } = await api.post(path, { version: 1, code });
      expect([status, body.code]).toEqual([422, 'not_a_rejection']);
    }
    const { status, body } = await api.post(path, { version: 2, code: 190 });
    expect([status, body.code]).toEqual([422, 'unknown_version']);
    const early = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'o' });
    const pending = await api.post(`/v1/integrations/${early.body.integration.id}/token-rejections`, {
      version: 0,
      code: 190,
    });
    expect([pending.status, pending.body.code]).toEqual([409, 'not_connected']);
    expect(await stack.events(id)).toEqual(['integration.connected']);
  });

  test('of 300 callers at once share one recovery and one refresh, and all are answered', async () => {
    const { id } = await stack.connect('crowd');
    await stack.travel.advance(3 * DAY_MS);
    dead('crowd', 1);
    const since = stack.simulator.requests().length;
    const answers = await Promise.all(
      Array.from({ length: 300 }, () =>
        api.post(`/v1/integrations/${id}/token-rejections`, { version: 1, code: 190 }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const outcomes = answers.map(({ body }) => body.outcome);
    expect(outcomes).toContain('refreshed');
    expect(outcomes.filter((outcome) => !['refreshed', 'stale_version'].includes(outcome))).toEqual([]);
    expect(stack.refreshCalls('crowd')).toBe(1);
    const { id: account } = stack.simulator.account('crowd');
    const probes = stack.simulator
      .requests(since)
      .filter((call) => call.path === '/me' && call.account === account);
    expect(probes).toHaveLength(2);
    expect((await stack.events(id)).filter((type) => type === 'token.rejected')).toHaveLength(1);
  });
});

describe('refresh and ensure-fresh', () => {
  test('a token under 24 hours old is not due, and the answer says from when', async () => {
    const { id, issuedAt } = await stack.connect('young');
    const { status, body } = await api.post(`/v1/integrations/${id}/refresh`);
    expect([status, body.code, body.notBefore]).toEqual([
      409,
      'not_due',
      new Date(issuedAt! + DAY_MS).toISOString(),
    ]);
    expect(stack.refreshCalls('young')).toBe(0);
  });

  test('refresh gets a new version whatever is left', async () => {
    const { id } = await stack.connect('forced');
    await stack.travel.advance(2 * DAY_MS);
    const { status, body } = await api.post(`/v1/integrations/${id}/refresh`);
    expect([status, body.refreshed, body.integration.tokenVersion]).toEqual([200, true, 2]);
    expect(Date.parse(body.integration.expiresAt)).toBeGreaterThan(stack.simulator.clock.now() + 59 * DAY_MS);
    const again = await api.post(`/v1/integrations/${id}/refresh`);
    expect([again.status, again.body.code]).toEqual([409, 'not_due']);
    expect(stack.refreshCalls('forced')).toBe(1);
  });

  test('ensure-fresh leaves a token alone that lasts longer than asked for', async () => {
    const { id } = await stack.connect('fresh');
    await stack.travel.advance(2 * DAY_MS);
    for (const body of [undefined, {}, { withinDays: 30 }]) {
      const answer = await api.post(`/v1/integrations/${id}/ensure-fresh`, body);
      expect([answer.status, answer.body.refreshed, answer.body.integration.tokenVersion]).toEqual([
        200,
        false,
        1,
      ]);
    }
    expect(stack.refreshCalls('fresh')).toBe(0);
    const asked = await api.post(`/v1/integrations/${id}/ensure-fresh`, { withinDays: 60 });
    expect([asked.body.refreshed, asked.body.integration.tokenVersion]).toEqual([true, 2]);
  });

  test('of 20 who ask at once one refreshes for all', async () => {
    const { id } = await stack.connect('together');
    await stack.travel.advance(2 * DAY_MS);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post(`/v1/integrations/${id}/ensure-fresh`, { withinDays: 60 })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(answers.some(({ body }) => body.refreshed)).toBe(true);
    expect(stack.refreshCalls('together')).toBe(1);
  });

  test('a refresh that Instagram refuses for good ends in reconnect_required', async () => {
    const { id } = await stack.connect('hopeless');
    await stack.travel.advance(2 * DAY_MS);
    stack.simulator.invalidate('hopeless', 460);
    const { status, body } = await api.post(`/v1/integrations/${id}/refresh`);
    expect([status, body.code, body.reason]).toEqual([409, 'reconnect_required', 'password_changed']);
  });
});

describe('whatever else is reported, and in whatever order, a true report is acted upon', () => {
  const ORDERS = 8;
  test.each(Array.from({ length: ORDERS }, (_, n) => n))('order %d', async (n) => {
    const username = `reported.${n}`;
    const { id, version } = await stack.connect(username);
    await stack.travel.advance(2 * DAY_MS);
    // A newer version, so that the first is outdated; then its token dies.
    expect((await api.post(`/v1/integrations/${id}/refresh`)).body.refreshed).toBe(true);
    await stack.travel.advance(2 * DAY_MS);
    stack.simulator.invalidate(username, 460);
    const report = { code: 190, subcode: null, source: 'somebody' };
    const say = (of: number, more: object = {}) =>
      stack.lifecycles.tokenRejected(id, { version: of, ...report, ...more });
    const post = (of: number) =>
      api.post(`/v1/integrations/${id}/token-rejections`, { version: of, code: 190, wait: false });
    const trueReport = n % 2 === 0 ? () => say(version + 1) : () => post(version + 1);
    const others = [
      () => say(version),
      () => post(version),
      () => say(version, { code: 102 }),
      () => say(version + 7),
      () =>
        stack.client.workflow.getHandle(lifecycleWorkflowId(id)).signal('tokenRejected', { version: 'x' }),
      () => stack.lifecycles.rowChanged(id),
      () => stack.lifecycles.recover(id, { version, source: 'somebody' }),
      () => say(version, { subcode: 467 }),
    ];
    // The true one comes first, last or in between; some come together.
    const order = [...others.slice(n % others.length), ...others.slice(0, n % others.length)];
    order.splice((n * 5) % (order.length + 1), 0, trueReport as never);
    for (let at = 0; at < order.length; at += (n % 3) + 1)
      await Promise.all(order.slice(at, at + (n % 3) + 1).map((act) => act()));
    await until(async () => (await stack.row(id)).state === 'expired', {
      what: 'the true report is acted upon',
    });
    expect((await stack.row(id)).reason).toBe('password_changed');
  });
});
