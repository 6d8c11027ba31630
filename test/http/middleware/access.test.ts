import { SCOPES, type Scope } from '../../../core/access/scopes';
import { DAY_MS, HOUR_MS } from '../../../core/time';
import { API_KEY, type TestApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';
import { until } from '../../support/until';

let stack: Stack;
let api: TestApi;
let id: string;
useApi((started) => ({ stack, api } = started), { workers: false });
beforeAll(async () => {
  ({ id } = await stack.connect('theirs', { start: false }));
});

/** Every route of the API, and the one scope that opens it. */
const ROUTES: Record<string, Scope> = {
  'POST /v1/integrations': 'operate',
  'GET /v1/integrations': 'read',
  'GET /v1/integrations/{id}': 'read',
  'PATCH /v1/integrations/{id}': 'operate',
  'DELETE /v1/integrations/{id}': 'operate',
  'GET /v1/integrations/{id}/events': 'read',
  'GET /v1/events': 'read',
  'POST /v1/integrations/{id}/connect-links': 'operate',
  'POST /v1/integrations/{id}/ensure-fresh': 'operate',
  'POST /v1/integrations/{id}/refresh': 'operate',
  'POST /v1/integrations/{id}/recheck': 'operate',
  'POST /v1/integrations/{id}/token-rejections': 'token',
  'GET /v1/integrations/{id}/token': 'token',
  'POST /v1/integrations/{id}/pause': 'operate',
  'POST /v1/integrations/{id}/resume': 'operate',
  'GET /v1/integrations/{id}/conversations': 'message',
  'GET /v1/integrations/{id}/conversations/{conversationId}/messages': 'message',
  'POST /v1/integrations/{id}/payloads': 'message',
  'GET /v1/integrations/{id}/payloads/{payloadId}': 'message',
  'POST /v1/integrations/{id}/messages': 'message',
  'GET /v1/fleet': 'read',
  'GET /v1/bulk-operations': 'read',
  'POST /v1/bulk-operations': 'operate',
  'GET /v1/bulk-operations/{id}': 'read',
  'GET /v1/bulk-operations/{id}/items': 'read',
  'POST /v1/bulk-operations/{id}/pause': 'operate',
  'POST /v1/bulk-operations/{id}/resume': 'operate',
  'POST /v1/bulk-operations/{id}/cancel': 'operate',
  'GET /v1/api-keys': 'admin',
  'POST /v1/api-keys': 'admin',
  'DELETE /v1/api-keys/{id}': 'admin',
  'GET /v1/connect-links': 'operate',
  'DELETE /v1/connect-links/{id}': 'operate',
  'DELETE /v1/integrations/{id}/connect-links': 'operate',
  'GET /v1/embed-tokens': 'operate',
  'DELETE /v1/embed-tokens/{id}': 'operate',
  'GET /v1/console-sessions': 'admin',
  'DELETE /v1/console-sessions/{id}': 'admin',
  'GET /v1/token-uses': 'admin',
  'GET /v1/audit-log': 'admin',
  'POST /v1/embed-tokens': 'operate',
  'POST /v1/console-links': 'admin',
  'GET /v1/webhook-endpoints': 'admin',
  'POST /v1/webhook-endpoints': 'admin',
  'DELETE /v1/webhook-endpoints/{id}': 'admin',
  'PATCH /v1/webhook-endpoints/{id}': 'admin',
  'POST /v1/webhook-endpoints/{id}/rotate-secret': 'admin',
  'POST /v1/webhook-endpoints/{id}/test': 'admin',
  'GET /v1/deliveries': 'admin',
  'GET /v1/deliveries/{id}': 'admin',
  'POST /v1/deliveries/{id}/redeliver': 'admin',
  'POST /v1/deliveries/redeliver-failed': 'admin',
  'GET /v1/mail': 'admin',
  'POST /v1/mail-test': 'admin',
  'POST /v1/data-deletions': 'admin',
  'GET /v1/data-deletions/{code}': 'admin',
};
const BODIES: Record<string, object> = {
  'POST /v1/bulk-operations': { action: 'resume', filter: { all: true }, dryRun: true },
  'POST /v1/integrations': { provider: 'instagram', ownerRef: 'stranger' },
  'PATCH /v1/integrations/{id}': { externalId: 'x' },
  'POST /v1/integrations/{id}/token-rejections': { version: 1, code: 190 },
  'POST /v1/integrations/{id}/messages': { recipientId: '1', text: 'Hello' },
  'POST /v1/embed-tokens': { ownerRef: 'stranger' },
  'POST /v1/api-keys': { name: 'x', scopes: ['admin'] },
  'POST /v1/webhook-endpoints': { url: 'http://127.0.0.1:9/', events: ['*'] },
  'PATCH /v1/webhook-endpoints/{id}': { enabled: false },
  'POST /v1/integrations/{id}/payloads': { text: 'Hello' },
  'POST /v1/mail-test': { to: 'somebody@shop.example' },
  'POST /v1/data-deletions': { instagramId: '404' },
};
const QUERIES: Record<string, string> = { 'GET /v1/token-uses': '?keyId=bootstrap' };
const NAMES = Object.keys(ROUTES);

function call(key: string | null, route: string, of = 'int_unknown') {
  const [method = '', path = ''] = route.split(' ');
  return api
    .as(key)
    .request(
      method,
      path.replace('{id}', of).replace('{conversationId}', 'c').replace('{code}', 'c') +
        (QUERIES[route] ?? ''),
      {
        headers: { 'idempotency-key': 'x' },
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: BODIES[route] ?? {} }),
      },
    );
}

async function keyFor(more: object): Promise<{ id: string; key: string; expiresAt: string | null }> {
  const { status, body } = await api.post('/v1/api-keys', { name: 'a test', ...more });
  expect(status).toBe(201);
  return body;
}

test('this table names every route of the API', async () => {
  const { body } = await api.as(null).get('/openapi.json');
  const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  );
  expect(routes.filter((route) => route.includes(' /v1/')).sort()).toEqual([...NAMES].sort());
});

describe.each(NAMES)('%s', (route) => {
  test.each([null, 'evg_nonsense', 'a b', ''])('is closed to the key %p', async (key) => {
    const { status, body, headers } = await call(key, route);
    expect([status, body.code, headers.get('www-authenticate')]).toEqual([401, 'unauthorized', 'Bearer']);
  });

  test('opens to its scope alone', async () => {
    for (const scope of SCOPES) {
      const { key } = await keyFor({ scopes: [scope] });
      const { status } = await call(key, route);
      expect([scope, status === 403]).toEqual([scope, scope !== ROUTES[route]]);
      expect(status).not.toBe(401);
      expect(status).toBeLessThan(500);
    }
  });

  test('shows a key limited to other owners nothing', async () => {
    const { key } = await keyFor({ scopes: SCOPES, ownerRefs: ['somebody-else'] });
    const { status, body } = await call(key, route, id);
    if (route.includes('/integrations/{id}')) expect([status, body.code]).toEqual([404, 'not_found']);
    expect(JSON.stringify(body)).not.toContain(id);
    expect(JSON.stringify(body)).not.toContain('theirs');
  });
});

test('a key works from the moment it is made until it is revoked', async () => {
  const { id: keyId, key } = await keyFor({ scopes: ['read'] });
  expect((await api.as(key).get('/v1/fleet')).status).toBe(200);
  expect((await api.delete(`/v1/api-keys/${keyId}`)).status).toBe(204);
  expect((await api.as(key).get('/v1/fleet')).status).toBe(401);
  expect((await api.delete(`/v1/api-keys/${keyId}`)).status).toBe(204);
  expect((await api.delete('/v1/api-keys/key_unknown')).status).toBe(404);
});

test('a key with an end works until it, and one that is over cannot be made', async () => {
  const now = stack.simulator.clock.now();
  const { key } = await keyFor({ scopes: ['read'], expiresAt: new Date(now + HOUR_MS).toISOString() });
  expect((await api.as(key).get('/v1/fleet')).status).toBe(200);
  stack.simulator.clock.advance(HOUR_MS);
  expect((await api.as(key).get('/v1/fleet')).status).toBe(401);
  const { status, body } = await api.post('/v1/api-keys', {
    name: 'late',
    scopes: ['read'],
    expiresAt: new Date(now - DAY_MS).toISOString(),
  });
  expect([status, body.errors[0].field]).toEqual([400, 'expiresAt']);
});

test('the list shows names, limits and last use, and never a text', async () => {
  const { id: keyId, key } = await keyFor({ scopes: ['read'], ownerRefs: ['owner-1'] });
  await api.as(key).get('/v1/fleet');
  const { body } = await api.get('/v1/api-keys');
  const shown = body.data.find((one: { id: string }) => one.id === keyId);
  expect(shown).toMatchObject({ name: 'a test', scopes: ['read'], ownerRefs: ['owner-1'], expiresAt: null });
  expect(Date.parse(shown.lastUsedAt)).toBeGreaterThan(0);
  expect(JSON.stringify(body)).not.toContain(key);
  const { rows } = await stack.pool.query('select row_to_json(api_keys)::text as kept from api_keys');
  expect(rows.some(({ kept }) => kept.includes(key))).toBe(false);
});

test('a key cannot create a key with more rights than its own', async () => {
  const { key } = await keyFor({ scopes: ['admin', 'read'], ownerRefs: ['owner-1'] });
  const make = (body: object) => api.as(key).post('/v1/api-keys', { name: 'more', ...body });
  expect((await make({ scopes: ['token'] })).status).toBe(403);
  expect((await make({ scopes: ['read'], ownerRefs: ['owner-1', 'owner-2'] })).status).toBe(403);
  expect((await make({ scopes: ['read'] })).body.ownerRefs).toEqual(['owner-1']);
  const { id: another } = await keyFor({ scopes: ['read'] });
  expect((await api.as(key).delete(`/v1/api-keys/${another}`)).status).toBe(404);
  const { body } = await api.as(key).get('/v1/api-keys');
  for (const { ownerRefs } of body.data) expect(ownerRefs).toEqual(['owner-1']);
});

test('the fleet counts only what a key may see, overdue ones too', async () => {
  const { id: late } = await stack.connect('late', { start: false });
  await stack.pool.query("update integrations set refresh_at = $2, owner_ref = 'owner-3' where id = $1", [
    late,
    new Date(stack.simulator.clock.now() - DAY_MS),
  ]);
  const countedBy = async (ownerRefs: string[]) => {
    const { key } = await keyFor({ scopes: ['read'], ownerRefs });
    const { states, overdue, tables } = (await api.as(key).get('/v1/fleet')).body;
    expect(tables).toBeNull();
    return [states.active, overdue];
  };
  expect(await countedBy(['owner-3'])).toEqual([1, 1]);
  expect(await countedBy(['nobody'])).toEqual([0, 0]);
});

test('what others have and do changes no field that a key limited to owners sees', async () => {
  const { pool, simulator } = stack;
  const now = new Date(simulator.clock.now());
  const owned = async (username: string, ownerRef: string) => {
    const row = await stack.connect(username, { start: false });
    await api.patch(`/v1/integrations/${row.id}`, { ownerRef });
    return row.id;
  };
  const mine = await owned('mine', 'me');
  const { id: keyId, key } = await keyFor({ scopes: SCOPES, ownerRefs: ['me'] });
  QUERIES['GET /v1/token-uses'] = `?keyId=${keyId}`;
  const readable = NAMES.filter(
    (name) => name.startsWith('GET ') && !/conversations|payloads|\/token$/.test(name),
  );
  const seen = async () => {
    const answers: Record<string, unknown> = {};
    for (const route of readable) {
      const { status, body } = await call(key, route, mine);
      // How far the feed was read: a number of the database's transactions, of whatever kind.
      delete body.position;
      answers[route] = { status, body };
    }
    return answers;
  };
  const feedIsThere = async () => ((await api.as(key).get('/v1/events')).body.data as unknown[]).length > 0;
  await until(feedIsThere);
  await seen();
  const before = await seen();

  const theirs = await owned('theirs.too', 'them');
  const { key: theirKey } = await keyFor({ scopes: SCOPES, ownerRefs: ['them'] });
  await api.as(theirKey).get(`/v1/integrations/${theirs}/token`);
  await api.as(theirKey).post(`/v1/integrations/${theirs}/pause`);
  await api.as(theirKey).post('/v1/embed-tokens', { ownerRef: 'them' });
  await api.as(theirKey).post(`/v1/integrations/${theirs}/connect-links`);
  await api.post('/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/', events: ['*'] });
  await pool.query(
    `insert into audit_runs (kind, started_at, finished_at, result) values ('daily', $1, $1, '{"missing": 7}')`,
    [now],
  );
  await pool.query(
    `insert into callback_traffic (app_id, last_delivery_at, refused_since, last_refused_at, refused_why)
     values ($1, $2, $2, $2, 'wrong_signature')`,
    [stack.instagram.settings.appId, now],
  );
  await pool.query(`update integrations set refresh_at = $2, expires_at = $2 where id = $1`, [
    theirs,
    new Date(now.getTime() - DAY_MS),
  ]);
  expect(await seen()).toEqual(before);
  expect((await api.get('/v1/fleet')).body).toMatchObject({
    audit: { lastResult: { missing: 7 } },
    callbacks: { refusedWhy: expect.any(String) },
  });
});

test('an integration that moved to another owner takes its past along', async () => {
  const { id: moved } = await stack.connect('moved', { start: false });
  const { key } = await keyFor({ scopes: ['read', 'operate'], ownerRefs: ['owner-1'] });
  const seen = async () => {
    const { body } = await api.as(key).get('/v1/events?limit=500');
    return body.data.some((event: { integrationId: string }) => event.integrationId === moved);
  };
  await until(seen);
  await api.patch(`/v1/integrations/${moved}`, { ownerRef: 'owner-2' });
  expect(await seen()).toBe(false);
  expect((await api.as(key).get(`/v1/integrations/${moved}/events`)).status).toBe(404);
});

describe('a key that a key makes', () => {
  const at = (hours: number) => new Date(stack.simulator.clock.now() + hours * HOUR_MS).toISOString();
  const makeWith = (key: string, more: object = {}) =>
    api.as(key).post('/v1/api-keys', { name: 'child', scopes: ['admin', 'read', 'operate'], ...more });
  const works = async (key: string) => (await api.as(key).get('/v1/fleet')).status === 200;

  test('ends with its maker or before, at every step of the line', async () => {
    const maker = await keyFor({ scopes: ['admin', 'read', 'operate'], expiresAt: at(2) });
    const later = await makeWith(maker.key, { expiresAt: at(3) });
    expect([later.status, later.body.code, later.body.errors[0].field]).toEqual([
      400,
      'invalid_request',
      'expiresAt',
    ]);
    const unasked = (await makeWith(maker.key)).body;
    const earlier = (await makeWith(maker.key, { expiresAt: at(1) })).body;
    const grandchild = (await makeWith(earlier.key)).body;
    const ends = [maker, unasked, earlier, grandchild].map(({ expiresAt }) => expiresAt);
    expect(ends).toEqual([ends[0], ends[0], earlier.expiresAt, earlier.expiresAt]);
    expect((await makeWith(earlier.key, { expiresAt: at(1.5) })).status).toBe(400);
    stack.simulator.clock.advance(HOUR_MS);
    expect(await Promise.all([maker, unasked, earlier, grandchild].map(({ key }) => works(key)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('is revoked with its maker, with all that came of it; others go on', async () => {
    const [root, other] = [
      await keyFor({ scopes: ['admin', 'read', 'operate'] }),
      await keyFor({ scopes: ['read'] }),
    ];
    const child = (await makeWith(root.key)).body;
    const sibling = (await makeWith(root.key)).body;
    const grandchild = (await makeWith(child.key)).body;
    const last = (await makeWith(grandchild.key)).body;
    const listed = (await api.get('/v1/api-keys')).body.data as { id: string; createdBy: string }[];
    const makerOf = (id: string) => listed.find((key) => key.id === id)?.createdBy;
    expect([root, child, grandchild, last].map(({ id: one }) => makerOf(one))).toEqual([
      'bootstrap',
      root.id,
      child.id,
      grandchild.id,
    ]);
    await api.delete(`/v1/api-keys/${child.id}`);
    const keys = [root, sibling, child, grandchild, last, other];
    expect(await Promise.all(keys.map(({ key }) => works(key)))).toEqual([
      true,
      true,
      false,
      false,
      false,
      true,
    ]);
    // A key in the middle that was revoked before does not shield what is below it.
    const again = (await makeWith(sibling.key)).body;
    await api.delete(`/v1/api-keys/${root.id}`);
    expect(await Promise.all([sibling, again].map(({ key }) => works(key)))).toEqual([false, false]);
  });

  test('never escapes a revocation that happens meanwhile', async () => {
    for (let round = 0; round < 10; round++) {
      const root = await keyFor({ scopes: ['admin', 'read', 'operate'] });
      const child = (await makeWith(root.key)).body;
      const [first, , second] = await Promise.all([
        makeWith(child.key),
        api.delete(`/v1/api-keys/${root.id}`),
        makeWith(root.key),
      ]);
      for (const { status, body } of [first, second])
        if (status === 201) expect(await works(body.key)).toBe(false);
    }
  });

  test('counts for its maker alone: one at its limit holds up nobody', async () => {
    const scopes = ['admin', 'read'];
    const limited = await keyFor({ scopes, ownerRefs: ['owner-1'] });
    const child = (await makeWith(limited.key, { scopes })).body;
    const statuses = [];
    for (let count = 1; count <= 100; count++)
      statuses.push((await makeWith(limited.key, { scopes })).status);
    expect(statuses.slice(-2)).toEqual([201, 403]);
    expect((await makeWith(child.key, { scopes })).status).toBe(201);
    expect((await keyFor({ scopes })).key).toMatch(/^evg_/);
    const { body } = await makeWith(limited.key, { scopes });
    expect([body.code, body.detail]).toEqual(['forbidden', expect.stringContaining('100 valid keys')]);
    // What it revokes it can make again.
    await api.as(limited.key).delete(`/v1/api-keys/${child.id}`);
    expect((await makeWith(limited.key, { scopes })).status).toBe(201);
  });

  test('two at once for the last place: one is made', async () => {
    const scopes = ['admin', 'read'];
    const first = await keyFor({ scopes });
    const second = (await makeWith(first.key, { scopes })).body;
    const third = (await makeWith(second.key, { scopes })).body;
    const fourth = (await makeWith(third.key, { scopes })).body;
    const made = await Promise.all(Array.from({ length: 6 }, () => makeWith(fourth.key, { scopes })));
    expect(made.filter(({ status }) => status === 201)).toHaveLength(2);
    const fifth = made.find(({ status }) => status === 201)!.body;
    expect((await makeWith(fifth.key, { scopes })).body.detail).toContain('cannot create keys');
  });
});

describe('what was made with keys', () => {
  const ORIGIN = { origin: 'https://app.shopdesk.example' };
  const page = (token: string, path = '/v1/integrations', method = 'GET') =>
    api.as(token).request(method, path, { headers: ORIGIN, ...(method === 'POST' && { body: {} }) });
  const listed = async (path: string, key?: string) =>
    ((await (key ? api.as(key) : api).get(path)).body.data as { id: string }[]).map(({ id: one }) => one);
  const opens = async (url: string) => (await api.as(null).get(new URL(url).pathname)).status;
  const linkOf = async (key: string) =>
    (await api.as(key).post(`/v1/integrations/${id}/connect-links`)).body as { id: string; url: string };

  test('embed tokens are listed by owner and maker, and end one by one', async () => {
    const { id: maker, key } = await keyFor({ scopes: ['operate'] });
    const make = async () => (await api.as(key).post('/v1/embed-tokens', { ownerRef: 'owner-1' })).body;
    const [one, other] = [await make(), await make()];
    const { body } = await api.get(`/v1/embed-tokens?ownerRef=owner-1&createdBy=${maker}`);
    expect(body.data[0]).toEqual({
      id: other.id,
      ownerRef: 'owner-1',
      createdBy: maker,
      createdAt: expect.any(String),
      expiresAt: other.expiresAt,
    });
    expect(JSON.stringify(body)).not.toContain('evge_');
    const first = await api.get(`/v1/embed-tokens?createdBy=${maker}&limit=1`);
    expect(await listed(`/v1/embed-tokens?createdBy=${maker}&cursor=${first.body.nextCursor}`)).toEqual([
      one.id,
    ]);
    expect(await listed('/v1/embed-tokens?ownerRef=owner-2')).toEqual([]);
    const { url } = (await page(one.token, `/v1/integrations/${id}/connect-links`, 'POST')).body;
    expect(await opens(url)).toBe(200);
    for (let times = 0; times < 2; times++)
      expect((await api.delete(`/v1/embed-tokens/${one.id}`)).status).toBe(204);
    expect([(await page(one.token)).status, (await page(other.token)).status]).toEqual([401, 200]);
    expect(await listed(`/v1/embed-tokens?createdBy=${maker}`)).toEqual([other.id]);
    // What the page had made with it ends, too.
    expect(await opens(url)).toBe(410);
    await api.delete(`/v1/api-keys/${maker}`);
    expect(await listed(`/v1/embed-tokens?createdBy=${maker}`)).toEqual([]);
  });

  test('connect links are listed, and end one by one, all of an integration, or with their maker', async () => {
    const { id: maker, key } = await keyFor({ scopes: ['operate'] });
    const [one, two, three] = [await linkOf(key), await linkOf(key), await linkOf(API_KEY)];
    expect(await listed(`/v1/connect-links?createdBy=${maker}`)).toEqual([two.id, one.id]);
    expect(await listed(`/v1/connect-links?integrationId=${id}&createdBy=bootstrap`)).toContain(three.id);
    expect(JSON.stringify((await api.get('/v1/connect-links')).body)).not.toContain('/connect/');
    await api.delete(`/v1/connect-links/${one.id}`);
    expect([await opens(one.url), await opens(two.url)]).toEqual([410, 200]);
    await api.delete(`/v1/api-keys/${maker}`);
    expect([await opens(two.url), await opens(three.url)]).toEqual([410, 200]);
    expect(await listed(`/v1/connect-links?createdBy=${maker}`)).toEqual([]);
    await api.delete(`/v1/integrations/${id}/connect-links`);
    expect(await opens(three.url)).toBe(410);
    expect(await opens((await linkOf(API_KEY)).url)).toBe(200);
  });

  test('reconnect links of events and emails end with all links of their integration', async () => {
    await stack.pool.query('update integrations set expires_at = $2 where id = $1', [
      id,
      new Date(stack.simulator.clock.now() + DAY_MS),
    ]);
    const shown = async () => (await api.get(`/v1/integrations/${id}`)).body.reconnectUrl as string;
    const before = await shown();
    expect(await opens(before)).toBe(200);
    await api.delete(`/v1/integrations/${id}/connect-links`);
    expect([await opens(before), await opens(await shown())]).toEqual([410, 200]);
  });

  test('links of the owner that an integration had before end when it moves to another', async () => {
    const { id: moving } = await stack.connect('moving', { start: false });
    const { url } = (await api.post(`/v1/integrations/${moving}/connect-links`)).body;
    await api.patch(`/v1/integrations/${moving}`, { ownerRef: 'owner-1', externalId: 'same-owner' });
    expect(await opens(url)).toBe(200);
    await api.patch(`/v1/integrations/${moving}`, { ownerRef: 'owner-9' });
    expect(await opens(url)).toBe(410);
    expect(await listed(`/v1/connect-links?integrationId=${moving}`)).toEqual([]);
  });

  test('who is limited to owners neither sees nor ends what belongs to others', async () => {
    const { key } = await keyFor({ scopes: SCOPES, ownerRefs: ['somebody-else'] });
    const token = (await api.post('/v1/embed-tokens', { ownerRef: 'owner-1' })).body;
    const link = await linkOf(API_KEY);
    const kinds = {
      'embed-tokens': token.id,
      'connect-links': link.id,
      'console-sessions': await signIn(API_KEY),
    };
    for (const [kind, one] of Object.entries(kinds)) {
      expect(await listed(`/v1/${kind}`)).toContain(one);
      expect(await listed(`/v1/${kind}`, key)).toEqual([]);
      expect((await api.as(key).delete(`/v1/${kind}/${one}`)).status).toBe(404);
      expect((await api.delete(`/v1/${kind}/${one}`)).status).toBe(204);
      for (const odd of ['%00', 'x', 'a%20b'])
        expect((await api.delete(`/v1/${kind}/${odd}`)).status).toBe(404);
    }
    const own = await signIn(key);
    expect(await listed('/v1/console-sessions', key)).toEqual([own]);
    expect((await api.as(key).delete(`/v1/console-sessions/${own}`)).status).toBe(204);
  });

  /** @returns the ID of the session */
  async function signIn(key: string): Promise<string> {
    const headers = { origin: api.url, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ key }).toString();
    await api.browser().request('POST', '/console/sign-in', { headers, body });
    return (await listed('/v1/console-sessions'))[0]!;
  }
});
