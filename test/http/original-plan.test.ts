import { ensureAuditSchedule, triggerAudit } from '../../adapters/temporal/audit-schedule';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time';
import { type Answer, type TestApi, useApi } from '../support/api';
import { type Stack } from '../support/stack';
import { until } from '../support/until';

/** What the product was asked for first, point by point, as its users meet it; the night itself is in its own file. */

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));
afterEach(() => stack.calm());

const show = async (id: string) => (await api.get(`/v1/integrations/${id}`)).body;
const refreshesOf = (account: string) =>
  stack.simulator
    .requests()
    .filter((call) => call.path === '/refresh_access_token')
    .filter((call) => call.account === stack.simulator.account(account).id);
const travelTo = (at: number) => stack.travel.advance(at - stack.simulator.clock.now());

test('refreshes from 14 days out', async () => {
  const { id, expiresAt } = await stack.connect('planned');
  const { refreshAt } = await show(id);
  const daysBefore = (expiresAt! - Date.parse(refreshAt)) / DAY_MS;
  expect(daysBefore).toBeGreaterThanOrEqual(14);
  expect(daysBefore).toBeLessThan(15);

  await travelTo(expiresAt! - 15 * DAY_MS);
  expect(refreshesOf('planned')).toHaveLength(0);
  await travelTo(expiresAt! - 14 * DAY_MS + MINUTE_MS);
  expect(refreshesOf('planned')).toHaveLength(1);
  const after = await show(id);
  expect(after).toMatchObject({ state: 'active', tokenVersion: 2, banner: null, reconnectUrl: null });
  expect(Date.parse(after.expiresAt)).toBeGreaterThan(expiresAt! + 44 * DAY_MS);
});

describe('on 190 one refresh, then the original call retried', () => {
  interface Call {
    /** Where the call goes at Instagram. */
    path: (account: string) => string;
    make: (id: string, account: string) => Promise<Answer>;
    good: number;
  }
  const firstConversation = async (id: string) => {
    const { body } = await api.get(`/v1/integrations/${id}/conversations`);
    return body.data[0] as { id: string; participants: { id: string }[] };
  };
  const known = new Map<string, Awaited<ReturnType<typeof firstConversation>>>();

  const CALLS: Record<string, Call> = {
    conversations: {
      path: () => '/me/conversations',
      make: (id) => api.get(`/v1/integrations/${id}/conversations`),
      good: 200,
    },
    messages: {
      path: (account) => `/${known.get(account)!.id}`,
      make: (id, account) =>
        api.get(`/v1/integrations/${id}/conversations/${known.get(account)!.id}/messages`),
      good: 200,
    },
    send: {
      path: () => '/me/messages',
      make: (id, account) => {
        const us = stack.simulator.account(account).id;
        const recipientId = known.get(account)!.participants.find((one) => one.id !== us)!.id;
        return api.post(
          `/v1/integrations/${id}/messages`,
          { recipientId, text: 'Thank you!' },
          { 'idempotency-key': 'plan' },
        );
      },
      good: 201,
    },
  };

  const refused = (path: string, account: string) =>
    stack.simulator.addFault({
      match: { path, account },
      times: 1,
      status: 400,
      error: { code: 190, message: 'Error validating access token' },
    });

  test.each(Object.entries(CALLS))('%s', async (name, { path, make, good }) => {
    const account = `plan_${name}`;
    stack.simulator.addAccount({ username: account, conversations: 2 });
    const { id } = await stack.connect(account);
    known.set(account, await firstConversation(id));
    await stack.travel.advance(2 * DAY_MS);
    refused(path(account), account);
    refused('/me', account);
    const since = stack.simulator.requests().at(-1)!.seq;

    const answer = await make(id, account);
    expect(answer.status).toBe(good);
    if (name !== 'send') expect(answer.body.data.length).toBeGreaterThan(0);

    const calls = stack.simulator.requests(since).map((call) => [call.path, call.status]);
    const original = calls.filter(([called]) => called === path(account));
    expect(original).toEqual([
      [path(account), 400],
      [path(account), 200],
    ]);
    expect(calls.filter(([called]) => called === '/refresh_access_token')).toEqual([
      ['/refresh_access_token', 200],
    ]);
    expect(await show(id)).toMatchObject({ state: 'active', tokenVersion: 2 });
    const sent = stack.simulator.messages(account).filter(({ text }) => text === 'Thank you!');
    expect(sent).toHaveLength(name === 'send' ? 1 : 0);
  });

  test.each(Object.entries(CALLS))('%s of a token that is really dead: reconnect', async (name, { make }) => {
    const account = `dead_${name}`;
    stack.simulator.addAccount({ username: account, conversations: 1 });
    const { id } = await stack.connect(account);
    known.set(account, await firstConversation(id));
    await stack.travel.advance(2 * DAY_MS);
    stack.simulator.invalidate(account, 460);
    const { status, body } = await make(id, account);
    expect([status, body.code, body.reason]).toEqual([409, 'reconnect_required', 'password_changed']);
    expect(body.reconnectUrl).toMatch(/\/connect\//);
    expect(refreshesOf(account)).toHaveLength(1);
    expect(stack.simulator.messages(account).filter(({ text }) => text === 'Thank you!')).toEqual([]);
  });
});

test('the exact warning text within 7 days', async () => {
  const { id, expiresAt } = await stack.connect('warned');
  await api.post(`/v1/integrations/${id}/pause`);
  // From 3 days on a paused one is refreshed all the same; an outage keeps this one ageing.
  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'warned' }, status: 503 });
  const bannerAt = async (left: number) => {
    await travelTo(expiresAt! - left);
    return (await show(id)).banner;
  };
  const text = (when: string) =>
    `Your Instagram token expires ${when}. Consider reconnecting to avoid disruption.`;
  expect(await bannerAt(7 * DAY_MS + MINUTE_MS)).toBeNull();
  expect(await bannerAt(7 * DAY_MS - MINUTE_MS)).toEqual({
    level: 'warning',
    cause: 'service',
    text: text('in 6 days'),
    // It is paused.
    note: null,
    actions: [{ kind: 'reconnect', label: 'Reconnect' }],
  });
  expect((await bannerAt(2 * DAY_MS + MINUTE_MS)).text).toBe(text('in 2 days'));
  expect((await bannerAt(2 * DAY_MS - MINUTE_MS)).text).toBe(text('in 1 day'));
  expect((await bannerAt(DAY_MS + MINUTE_MS)).text).toBe(text('in 1 day'));
  expect(await bannerAt(DAY_MS - MINUTE_MS)).toMatchObject({ level: 'warning', text: text('today') });
  expect((await bannerAt(MINUTE_MS)).text).toBe(text('today'));
  const warnings = (await stack.events(id)).filter((type) => type === 'token.expiring');
  expect(warnings).toHaveLength(1);
});

test('proactive ensure-fresh within 3 days whose failure is shown to the user', async () => {
  const { id, expiresAt } = await stack.connect('proactive');
  await api.post(`/v1/integrations/${id}/pause`);
  const ask = () => api.post(`/v1/integrations/${id}/ensure-fresh`);
  await travelTo(expiresAt! - 3 * DAY_MS - HOUR_MS);
  expect((await ask()).body.refreshed).toBe(false);
  expect(refreshesOf('proactive')).toHaveLength(0);

  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'proactive' }, status: 500 });
  await travelTo(expiresAt! - 2.5 * DAY_MS);
  const failed = await ask();
  expect(failed.status).toBe(503);
  expect(failed.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(failed.headers.get('retry-after')).toBe('60');
  const ends = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  }).format(expiresAt!);
  const text = `We could not renew the Instagram connection of @proactive. It works until ${ends} UTC. Reconnect now to be safe.`;
  expect(failed.body).toMatchObject({
    code: 'refresh_failed',
    status: 503,
    text,
    integration: {
      id,
      state: 'refreshing',
      usable: true,
      tokenVersion: 1,
      failedAttempts: expect.any(Number),
    },
  });
  expect(failed.body.integration.reconnectUrl).toMatch(/\/connect\//);
  expect((await api.get(`/v1/integrations/${id}/token`)).status).toBe(200);

  stack.simulator.clearFaults();
  await stack.travel.advance(MINUTE_MS);
  const { status, body } = await ask();
  expect(status).toBe(200);
  expect(body.integration).toMatchObject({
    state: 'active',
    tokenVersion: 2,
    banner: null,
    failedAttempts: 0,
  });
});

test('reconnect by full OAuth', async () => {
  const { id } = await stack.connect('returning');
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('returning', 460);
  await api.post(`/v1/integrations/${id}/recheck`);
  const over = await show(id);
  expect(over).toMatchObject({ state: 'expired', reason: 'password_changed', reconnectRequired: true });

  const browser = api.browser();
  const page = await browser.get(over.reconnectUrl);
  expect(page.body).toContain('Reconnect @returning');
  expect(page.body).toContain('@returning changed its Instagram password, which ended this connection.');
  const action = /<form method="post" action="([^"]+)"/.exec(page.body)?.[1] ?? '';
  stack.simulator.scriptLogin({ account: 'returning', decision: 'allow' });
  const begun = await browser.request('POST', action);
  expect(begun.status).toBe(303);
  const consent = await browser.get(begun.headers.get('location') ?? '');
  const done = await browser.get(consent.headers.get('location') ?? '');
  expect(done.body).toContain('Shopdesk can read and send messages for @returning.');

  expect(await show(id)).toMatchObject({
    id,
    state: 'active',
    usable: true,
    reason: null,
    banner: null,
    lastError: null,
    reconnectUrl: null,
    tokenVersion: 2,
  });
  expect((await api.get(`/v1/integrations/${id}/token`)).body.version).toBe(2);
  expect((await api.get(`/v1/integrations/${id}/conversations`)).status).toBe(200);
  await until(async () => (await stack.lifecycles.status(id)).facts?.version === 2);
  expect((await browser.get(over.reconnectUrl)).status).toBe(410);
});

test('"is the schedule on, and when did it last run?" is answered by the fleet', async () => {
  const fleet = async () => (await api.get('/v1/fleet')).body;
  expect((await fleet()).audit).toEqual({
    enabled: false,
    every: '1h',
    lastRunAt: null,
    lastResult: null,
    nextRunAt: null,
  });

  await ensureAuditSchedule(stack.client);
  await triggerAudit(stack.client);
  const { audit, states, expiringWithin, incidents } = await until(async () => {
    const body = await fleet();
    return body.audit.lastRunAt !== null && body;
  });
  expect(audit).toEqual({
    enabled: true,
    every: '1h',
    lastRunAt: expect.any(String),
    lastResult: expect.objectContaining({
      behind: expect.any(Number),
      overdue: 0,
      missing: expect.any(Number),
    }),
    nextRunAt: expect.any(String),
  });
  expect(Math.abs(Date.parse(audit.lastRunAt) - stack.simulator.clock.now())).toBeLessThan(MINUTE_MS);
  // Schedules run by Temporal's clock, which no sandbox moves.
  expect(Date.parse(audit.nextRunAt) - Date.now()).toBeLessThanOrEqual(HOUR_MS);
  expect(states).toEqual({
    pending: 0,
    active: expect.any(Number),
    refreshing: expect.any(Number),
    recovering: expect.any(Number),
    expired: expect.any(Number),
    disconnected: 0,
  });
  expect(expiringWithin).toEqual({ d3: expect.any(Number), d7: expect.any(Number), d14: expect.any(Number) });
  expect(incidents).toEqual([]);

  await stack.client.schedule.getHandle('evergrant-fleet-audit').pause('maintenance');
  expect((await fleet()).audit.enabled).toBe(false);
});
