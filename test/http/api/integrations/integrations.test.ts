import { DAY_MS } from '../../../../core/time';
import { type Answer, type TestApi, useApi } from '../../../support/api';
import { type Stack } from '../../../support/stack';
import { until } from '../../../support/until';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const instant = expect.stringMatching(INSTANT) as string;

test('a new integration is pending, and comes with a link of 24 hours', async () => {
  const { status, body } = await api.post('/v1/integrations', {
    provider: 'instagram',
    ownerRef: 'shop 7',
    externalId: 'crm-1',
    contact: { email: 'owner@shop.example' },
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    integration: {
      id: expect.stringMatching(/^int_[0-9a-z]{24}$/),
      provider: 'instagram',
      capabilities: { messages: 'unknown', subscription: 'unknown', subscriptionError: null },
      ownerRef: 'shop 7',
      externalId: 'crm-1',
      contact: { email: 'owner@shop.example' },
      account: null,
      state: 'pending',
      usable: false,
      reconnectRequired: false,
      reason: null,
      scopes: [],
      tokenVersion: 0,
      issuedAt: null,
      expiresAt: null,
      refreshAt: null,
      nextAttemptAt: null,
      failedAttempts: 0,
      lastError: null,
      paused: false,
      banner: null,
      reconnectUrl: null,
      temporal: null,
      createdAt: instant,
      updatedAt: instant,
    },
    connectUrl: expect.stringMatching(new RegExp(`^${api.url}/connect/[\\w-]+\\.[\\w-]+$`)),
    expiresAt: instant,
  });
  const left = Date.parse(body.expiresAt) - stack.simulator.clock.now();
  expect(left).toBeGreaterThan(DAY_MS - 10_000);
  expect(left).toBeLessThanOrEqual(DAY_MS);
});

test('a connected integration shows account, lifetime and the run that keeps it', async () => {
  const { id } = await stack.connect('shown');
  const { status, headers, body } = await api.get(`/v1/integrations/${id}`);
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(body).toMatchObject({
    id,
    account: { id: stack.simulator.account('shown').id, username: 'shown' },
    state: 'active',
    usable: true,
    tokenVersion: 1,
    issuedAt: instant,
    expiresAt: instant,
    refreshAt: instant,
    scopes: ['instagram_business_basic', 'instagram_business_manage_messages'],
    temporal: {
      workflowId: `token-lifecycle/${id}`,
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });
  expect(JSON.stringify(body)).not.toContain('IG');
});

test('PATCH changes what it names, clears what is null, and leaves the rest', async () => {
  const created = await api.post('/v1/integrations', {
    provider: 'instagram',
    ownerRef: 'before',
    externalId: 'x',
    contact: { email: 'a@b.example' },
  });
  const path = `/v1/integrations/${created.body.integration.id}`;
  expect((await api.patch(path, { ownerRef: 'after', externalId: null })).body).toMatchObject({
    ownerRef: 'after',
    externalId: null,
    contact: { email: 'a@b.example' },
  });
  expect((await api.patch(path, { contact: null })).body).toMatchObject({ ownerRef: 'after', contact: null });
  expect((await api.patch(path, {})).body.errors).toEqual([
    { field: 'body', message: 'must contain at least one change' },
  ]);
  expect((await api.patch(path, { state: 'active' })).body.errors).toEqual([
    { field: 'state', message: 'is unknown' },
    { field: 'body', message: 'must contain at least one change' },
  ]);
});

describe('the list', () => {
  beforeAll(async () => {
    for (let i = 0; i < 5; i++)
      await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'many', externalId: `m-${i}` });
  });

  test('goes page by page, each integration once, oldest first', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await api.get(
        `/v1/integrations?ownerRef=many&limit=2${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...body.data.map((row: { externalId: string }) => row.externalId));
      cursor = body.nextCursor ?? '';
    } while (cursor);
    expect(seen).toEqual(['m-0', 'm-1', 'm-2', 'm-3', 'm-4']);
  });

  test('a full last page says that nothing follows', async () => {
    expect((await api.get('/v1/integrations?ownerRef=many&limit=5')).body.nextCursor).toBeNull();
  });

  test('is narrowed by every filter', async () => {
    const { id, accountId, expiresAt } = await stack.connect('filtered');
    await api.patch(`/v1/integrations/${id}`, { externalId: 'crm-77' });
    const ids = async (query: string) =>
      (await api.get(`/v1/integrations?${query}`)).body.data.map((row: { id: string }) => row.id);
    expect(await ids('externalId=crm-77')).toEqual([id]);
    expect(await ids(`accountId=${accountId}`)).toEqual([id]);
    expect(await ids(`accountId=${accountId}&state=active`)).toEqual([id]);
    expect(await ids(`accountId=${accountId}&state=expired`)).toEqual([]);
    expect(await ids(`accountId=${accountId}&reason=password_changed`)).toEqual([]);
    expect(await ids('ownerRef=nobody')).toEqual([]);
    const days = (expiresAt! - stack.simulator.clock.now()) / DAY_MS;
    expect(await ids(`accountId=${accountId}&expiringWithinDays=${days + 1}`)).toEqual([id]);
    expect(await ids(`accountId=${accountId}&expiringWithinDays=${days - 1}`)).toEqual([]);
  });
});

describe('pause, resume and disconnect', () => {
  test('pause and resume can be repeated, and show', async () => {
    const { id } = await stack.connect('rests');
    for (const verb of ['pause', 'pause', 'resume', 'resume'] as const) {
      const { status, body } = await api.post(`/v1/integrations/${id}/${verb}`);
      expect([status, body.paused, body.state]).toEqual([200, verb === 'pause', 'active']);
    }
  });

  test('a disconnect erases the token at once, can be repeated, and is remembered', async () => {
    const { id } = await stack.connect('leaves');
    for (let times = 0; times < 2; times++) {
      const { status, body } = await api.delete(`/v1/integrations/${id}`);
      expect([status, body]).toEqual([204, null]);
    }
    const { rows } = await stack.pool.query('select 1 from token_versions where integration_id = $1', [id]);
    expect(rows).toEqual([]);
    expect((await api.get(`/v1/integrations/${id}`)).body).toMatchObject({
      state: 'disconnected',
      usable: false,
      temporal: null,
      account: { username: 'leaves' },
    });
    expect(await stack.events(id)).toEqual(['integration.connected', 'integration.disconnected']);
    await until(async () => {
      const run = await stack.client.workflow.getHandle(`token-lifecycle/${id}`).describe();
      return run.status.name === 'COMPLETED';
    });
    // The account is free again, for whoever connects it next.
    const { body } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'other' });
    expect(body.integration.state).toBe('pending');
  });

  test('what was never connected can be disconnected too', async () => {
    const { body } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'never' });
    expect((await api.delete(`/v1/integrations/${body.integration.id}`)).status).toBe(204);
    expect((await api.post(`/v1/integrations/${body.integration.id}/pause`)).body.code).toBe('disconnected');
    const link = await api.post(`/v1/integrations/${body.integration.id}/connect-links`);
    expect([link.status, link.body.code]).toEqual([409, 'disconnected']);
  });
});

describe('events', () => {
  test("one integration's timeline is newest first, in pages", async () => {
    const { id } = await stack.connect('told');
    await stack.travel.advance(2 * DAY_MS);
    expect((await api.post(`/v1/integrations/${id}/refresh`)).status).toBe(200);
    const first = await api.get(`/v1/integrations/${id}/events?limit=1`);
    expect(first.status).toBe(200);
    expect(first.body.data).toEqual([
      {
        id: expect.stringMatching(/^evt_/),
        type: 'token.refreshed',
        at: instant,
        integrationId: id,
        data: expect.objectContaining({
          integrationId: id,
          externalId: null,
          ownerRef: 'owner-1',
          account: { id: expect.any(String), username: 'told' },
          state: 'active',
          reason: null,
          tokenVersion: 2,
          expiresAt: instant,
          reconnectUrl: null,
        }),
      },
    ]);
    const rest = await api.get(`/v1/integrations/${id}/events?cursor=${first.body.nextCursor}`);
    expect(rest.body.data.map(({ type }: { type: string }) => type)).toEqual(['integration.connected']);
    expect(rest.body.nextCursor).toBeNull();
  });

  test('the feed is oldest first, goes on after the last id seen, and can be of one type', async () => {
    const newest = await stack.pool.query<{ id: string }>('select id from events order by seq desc limit 1');
    // The feed holds back what an open transaction, of any database here, might still come before.
    const body = await until(async () => {
      const answer = await api.get('/v1/events?limit=500');
      return answer.body.data.at(-1)?.id === newest.rows[0]?.id && answer.body;
    });
    const ats = body.data.map(({ at }: { at: string }) => at);
    expect(ats).toEqual([...ats].sort());
    const last = body.data.at(-1).id;
    const { body: end } = await api.get(`/v1/events?after=${last}`);
    expect(end).toEqual({ data: [], nextCursor: null, position: expect.stringMatching(/^pos_\d+_\d+$/) });
    const first = await api.get('/v1/events?limit=1');
    const second = await api.get(`/v1/events?limit=1&after=${first.body.position}`);
    expect([first, second].map((page) => page.body.data[0].id)).toEqual(
      body.data.slice(0, 2).map((event: { id: string }) => event.id),
    );
    for (const wrong of ['pos_1', 'pos_99999999999999999999_1', 'pos_1_99999999999999999999', 'evt_none'])
      expect((await api.get(`/v1/events?after=${wrong}`)).body).toMatchObject({ code: 'invalid_request' });
    const { id } = await stack.connect('later');
    const news = await until(async () => {
      const { body: more } = await api.get(`/v1/events?after=${last}`);
      return more.data.length > 0 && more.data;
    });
    expect(news.map((row: { integrationId: string }) => row.integrationId)).toEqual([id]);
    const { body: since } = await api.get(`/v1/events?after=${end.position}`);
    expect(since.data).toEqual(news);
    const typed = await api.get('/v1/events?type=token.refreshed&limit=1');
    expect(typed.body.data).toMatchObject([{ type: 'token.refreshed' }]);
  });

  test('the latest events come first where that is asked for, page by page, for one owner or all', async () => {
    const ids = (page: Answer) => (page.body.data as { id: string }[]).map((event) => event.id);
    const { rows } = await stack.pool.query<{ id: string; owner_ref: string | null }>(
      `select e.id, owner_ref from events e left join integrations i on i.id = integration_id
       where e.type <> 'audit_entry.created' order by e.tx desc, e.seq desc`,
    );
    const stored = rows.map((row) => row.id);
    const latest = await api.get('/v1/events?order=newest&limit=2');
    expect([ids(latest), latest.body.position]).toEqual([stored.slice(0, 2), null]);
    const rest = await api.get(`/v1/events?order=newest&before=${latest.body.nextCursor}&limit=500`);
    expect([ids(rest), rest.body.nextCursor]).toEqual([stored.slice(2), null]);
    const owner = rows.find((row) => row.owner_ref !== null)?.owner_ref;
    const { body: key } = await api.post('/v1/api-keys', { name: 'x', scopes: ['read'], ownerRefs: [owner] });
    const own = await api.as(key.key).get('/v1/events?order=newest&limit=500');
    expect(ids(own)).toEqual(rows.filter((row) => row.owner_ref === owner).map((row) => row.id));
    for (const query of [
      'order=newest&after=evt_1',
      'before=evt_1',
      'order=newest&before=evt_1',
      'order=latest',
    ])
      expect((await api.get(`/v1/events?${query}`)).body).toMatchObject({ code: 'invalid_request' });
  });
});
