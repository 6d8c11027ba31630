import { temporal } from '@temporalio/proto';
import { deauthorize } from '../../../adapters/postgres/integrations/deauthorize';
import { instagramActor } from '../../../core/access/actor';
import { addTokenReads } from '../../../adapters/postgres/access/audit-log';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';
import { type Answer, type TestApi, startApi, useApi } from '../../support/api';
import { mailerTo } from '../../support/mailbox';
import { type Stack } from '../../support/stack';

let stack: Stack;
let api: TestApi;
let id: string;
useApi((started) => ({ stack, api } = started), {
  api: () => ({ mailer: mailerTo('smtp://127.0.0.1:9') }),
});
beforeAll(async () => {
  ({ id } = await stack.connect('shop'));
  await stack.travel.advance(2 * DAY_MS);
});

interface Entry {
  id: string;
  at: string;
  actor: { kind: string; id: string | null; name: string; user: string | null };
  address: string | null;
  action: string;
  integrationId: string | null;
  target: string | null;
  changes: Record<string, unknown>;
}

async function log(query = '', as = api.as('evg_test_key')): Promise<Entry[]> {
  const { status, body } = await as.get(`/v1/audit-log${query}`);
  expect(status).toBe(200);
  return body.data;
}

/** What `work` adds to the log, oldest first. */
async function added(work: () => Promise<unknown>): Promise<Entry[]> {
  const last = (await log('?limit=1'))[0]?.id;
  await work();
  const entries = await log('?limit=200');
  const end = entries.findIndex((entry) => entry.id === last);
  return entries.slice(0, end < 0 ? undefined : end).reverse();
}

const BOOTSTRAP = { kind: 'api_key', id: 'bootstrap', name: 'bootstrap', user: null };

/** Every route that changes something: what it adds, and a call that does. */
const CHANGES: Record<string, { action: string; changes?: object; call: () => Promise<Answer> }> = {
  'POST /v1/integrations': {
    action: 'integration.create',
    changes: { ownerRef: 'owner-2', externalId: null },
    call: () => api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'owner-2' }),
  },
  'PATCH /v1/integrations/{id}': {
    action: 'integration.update',
    changes: { externalId: { from: null, to: 'x-1' }, contact: 'changed' },
    call: () =>
      api.patch(`/v1/integrations/${id}`, { externalId: 'x-1', contact: { email: 'jo@shop.example' } }),
  },
  'POST /v1/integrations/{id}/pause': {
    action: 'integration.pause',
    call: () => api.post(`/v1/integrations/${id}/pause`),
  },
  'POST /v1/integrations/{id}/resume': {
    action: 'integration.resume',
    call: () => api.post(`/v1/integrations/${id}/resume`),
  },
  'POST /v1/integrations/{id}/refresh': {
    action: 'integration.refresh',
    call: () => api.post(`/v1/integrations/${id}/refresh`),
  },
  'POST /v1/integrations/{id}/recheck': {
    action: 'integration.recheck',
    call: () => api.post(`/v1/integrations/${id}/recheck`),
  },
  'POST /v1/webhook-endpoints': {
    action: 'webhook_endpoint.create',
    changes: { host: '127.0.0.1:9', events: ['token.refreshed'] },
    async call() {
      const answer = await api.post('/v1/webhook-endpoints', {
        url: 'http://127.0.0.1:9/hook?secret=7',
        events: ['token.refreshed'],
      });
      endpoint = answer.body.id;
      return answer;
    },
  },
  'PATCH /v1/webhook-endpoints/{id}': {
    action: 'webhook_endpoint.update',
    changes: { enabled: false },
    call: () => api.patch(`/v1/webhook-endpoints/${endpoint}`, { enabled: false }),
  },
  'POST /v1/webhook-endpoints/{id}/rotate-secret': {
    action: 'webhook_endpoint.rotate_secret',
    call: () => api.post(`/v1/webhook-endpoints/${endpoint}/rotate-secret`),
  },
  'POST /v1/webhook-endpoints/{id}/test': {
    action: 'webhook_endpoint.test',
    call: () => api.post(`/v1/webhook-endpoints/${endpoint}/test`),
  },
  'DELETE /v1/webhook-endpoints/{id}': {
    action: 'webhook_endpoint.delete',
    call: () => api.delete(`/v1/webhook-endpoints/${endpoint}`),
  },
  'POST /v1/mail-test': {
    action: 'mail.test',
    call: () => api.post('/v1/mail-test', { to: 'jo@shop.example' }),
  },
};
let endpoint: string;

/** These have tests of their own here, or where they are tested: a redelivery needs a delivery. */
const ELSEWHERE = [
  'DELETE /v1/integrations/{id}',
  'POST /v1/data-deletions',
  'POST /v1/deliveries/{id}/redeliver',
  'POST /v1/deliveries/redeliver-failed',
  'POST /v1/integrations/{id}/ensure-fresh',
  'POST /v1/api-keys',
  'DELETE /v1/api-keys/{id}',
  'POST /v1/console-links',
  'DELETE /v1/console-sessions/{id}',
  'POST /v1/integrations/{id}/connect-links',
  'DELETE /v1/integrations/{id}/connect-links',
  'DELETE /v1/connect-links/{id}',
  'DELETE /v1/embed-tokens/{id}',
  'POST /v1/bulk-operations',
  'POST /v1/bulk-operations/{id}/pause',
  'POST /v1/bulk-operations/{id}/resume',
  'POST /v1/bulk-operations/{id}/cancel',
];
/** What is no change: a message is listed with its events, a text with its message, a report with what became of it, a page's token for itself. */
const NO_CHANGE = [
  'POST /v1/integrations/{id}/payloads',
  'POST /v1/integrations/{id}/messages',
  'POST /v1/integrations/{id}/token-rejections',
  'POST /v1/embed-tokens',
];

test('every route that changes something is accounted for', async () => {
  const { paths } = (await api.get('/openapi.json')).body as { paths: Record<string, object> };
  const changing = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, verbs]) => Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`))
    .filter((route) => !route.startsWith('GET '));
  expect([...Object.keys(CHANGES), ...ELSEWHERE, ...NO_CHANGE].sort()).toEqual(changing.sort());
});

describe.each(Object.entries(CHANGES))('%s', (_, { action, changes = {}, call }) => {
  test('adds one entry, with its actor and address', async () => {
    const entries = await added(async () => expect((await call()).status).toBeLessThan(300));
    expect(entries).toMatchObject([{ action, actor: BOOTSTRAP, address: '127.0.0.1', changes }]);
    expect(JSON.stringify(entries)).not.toContain('jo@shop.example');
  });
});

test('keys, links, embed tokens and sessions: who made and ended each', async () => {
  const made: Record<string, string> = {};
  const entries = await added(async () => {
    const key = (await api.post('/v1/api-keys', { name: 'app', scopes: ['admin', 'operate'] })).body;
    const child = (await api.as(key.key).post('/v1/api-keys', { name: 'child', scopes: ['admin'] })).body;
    const link = (await api.as(key.key).post(`/v1/integrations/${id}/connect-links`)).body;
    const token = (await api.as(key.key).post('/v1/embed-tokens', { ownerRef: 'owner-1' })).body;
    const { url } = (await api.post('/v1/console-links')).body;
    const headers = { origin: api.url, 'content-type': 'application/x-www-form-urlencoded' };
    const browser = api.browser();
    await browser.request('POST', new URL(url).pathname, { headers, body: '' });
    Object.assign(made, { key: key.id, child: child.id, link: link.id, token: token.id });
    made.session = (await api.get('/v1/console-sessions')).body.data[0].id;
    for (let times = 0; times < 2; times++) {
      await api.delete(`/v1/connect-links/${link.id}`);
      await api.delete(`/v1/embed-tokens/${token.id}`);
      await api.delete(`/v1/api-keys/${key.id}`);
    }
    await api.delete(`/v1/integrations/${id}/connect-links`);
    await browser.request('POST', '/console/sign-out', { headers, body: '' });
    await api.delete(`/v1/console-sessions/${made.session}`);
  });
  expect(
    entries.map(({ action, actor, target, changes }) => [action, actor.kind, actor.name, target, changes]),
  ).toEqual([
    [
      'api_key.create',
      'api_key',
      'bootstrap',
      made.key,
      expect.objectContaining({ name: 'app', ownerRefs: null }),
    ],
    ['api_key.create', 'api_key', 'app', made.child, expect.objectContaining({ name: 'child' })],
    ['connect_link.create', 'api_key', 'app', made.link, {}],
    ['console_link.create', 'api_key', 'bootstrap', null, {}],
    ['console_session.create', 'console_user', 'bootstrap', made.session, {}],
    ['connect_link.revoke', 'api_key', 'bootstrap', made.link, {}],
    ['embed_token.revoke', 'api_key', 'bootstrap', made.token, { ownerRef: 'owner-1' }],
    ['api_key.revoke', 'api_key', 'bootstrap', made.key, { withKeys: [made.child] }],
    ['connect_link.revoke', 'api_key', 'bootstrap', null, { links: 'all' }],
    ['console_session.end', 'console_user', 'bootstrap', made.session, {}],
  ]);
  expect(JSON.stringify(entries)).not.toMatch(/evge?_/);
});

test('what changes nothing adds nothing', async () => {
  expect(
    await added(async () => {
      await api.post(`/v1/integrations/${id}/resume`);
      await api.post(`/v1/integrations/${id}/ensure-fresh`, { withinDays: 3 });
      await api.get(`/v1/integrations/${id}`);
      await api.post('/v1/integrations/int_unknown/pause');
      await api.post(`/v1/integrations/${id}/refresh`); // too young by now
    }),
  ).toEqual([]);
});

test('pausing, resuming and checking stand in the timeline, with their actor and the webhook event', async () => {
  const events = (await api.get(`/v1/integrations/${id}/events`)).body.data as {
    type: string;
    data: object;
  }[];
  const by = { kind: 'api_key', name: 'bootstrap' };
  for (const type of ['integration.paused', 'integration.resumed', 'integration.checked'])
    expect(events.find((event) => event.type === type)?.data).toMatchObject({ actor: by, integrationId: id });
  const told = (await api.get('/v1/events?type=audit_entry.created&limit=500')).body.data as {
    data: object;
  }[];
  expect(told.map(({ data }) => data)).toContainEqual(
    expect.objectContaining({ action: 'integration.pause', actor: by, integrationId: id }),
  );
  const all = (await api.get('/v1/events?limit=500')).body.data as { type: string }[];
  expect(all.map(({ type }) => type)).toContain('integration.paused');
  expect(all.map(({ type }) => type)).not.toContain('audit_entry.created');
  for (const { data } of told) expect(data).not.toHaveProperty('address');
});

test('a user of the console is named by the proxy, and by no part of Temporal', async () => {
  const behind = await startApi(stack, {
    site: { isTrustedProxy: () => true, trustedUserHeader: 'x-user' },
  });
  const headers = {
    'x-user': 'alice@corp.example',
    'x-forwarded-for': '203.0.113.9',
    'content-type': 'application/x-www-form-urlencoded',
    ...{ origin: behind.url, 'sec-fetch-site': 'same-origin' },
  };
  // Checks that are asked for within a second share one answer, and one source.
  stack.simulator.clock.advance(2 * SECOND_MS);
  const entries = await added(async () => {
    for (const verb of ['recheck', 'pause', 'resume'])
      expect(
        (await behind.as(null).request('POST', `/console/connections/${id}/${verb}`, { headers, body: '' }))
          .status,
      ).toBe(200);
  });
  const actor = { kind: 'console_user', id: null, name: 'alice@corp.example', user: null };
  expect(entries.map(({ action }) => action)).toEqual([
    'integration.recheck',
    'integration.pause',
    'integration.resume',
  ]);
  for (const entry of entries) expect(entry).toMatchObject({ actor, address: '203.0.113.9' });
  const { client } = stack;
  const history = await client.workflow.getHandle(`token-lifecycle/${id}`).fetchHistory();
  const text = Buffer.from(temporal.api.history.v1.History.encode(history).finish()).toString('latin1');
  expect(text).toContain('recheck/proxy');
  expect(text).not.toContain('alice');
  const page = await behind.as(null).request('GET', '/console/settings/audit-log', { headers });
  expect(page.body).toContain('alice@corp.example in the console');
  await behind.stop();
});

test('the command line names its user', async () => {
  const [entry] = await added(() =>
    api.request('POST', `/v1/integrations/${id}/pause`, { headers: { 'evergrant-cli-user': 'bob' } }),
  );
  expect(entry?.actor).toEqual({ ...BOOTSTRAP, user: 'bob' });
  const [odd] = await added(() =>
    api.request('POST', `/v1/integrations/${id}/resume`, {
      headers: { 'evergrant-cli-user': 'b'.repeat(101) },
    }),
  );
  expect(odd?.actor).toEqual(BOOTSTRAP);
});

test('reads of tokens are counted by key and hour, once', async () => {
  const { clock } = stack.simulator;
  clock.advance(HOUR_MS - (clock.now() % HOUR_MS));
  const hour = clock.now();
  for (let read = 0; read < 3; read++) await api.get(`/v1/integrations/${id}/token`);
  await api.deps.tokenUses.flush();
  expect(await addTokenReads(stack.pool, clock.now())).toBe(0);
  // Counts of the last second may still be on their way when the hour ends.
  clock.advance(HOUR_MS);
  expect(await addTokenReads(stack.pool, clock.now())).toBe(0);
  clock.advance(MINUTE_MS);
  expect(await addTokenReads(stack.pool, clock.now())).toBe(1);
  expect(await addTokenReads(stack.pool, clock.now())).toBe(0);
  await api.get(`/v1/integrations/${id}/token`);
  await api.deps.tokenUses.flush();
  clock.advance(HOUR_MS);
  expect(await addTokenReads(stack.pool, clock.now())).toBe(1);
  expect(await log('?action=token.read')).toMatchObject([
    { at: new Date(hour + HOUR_MS).toISOString(), changes: { reads: 1 } },
    { at: new Date(hour).toISOString(), integrationId: id, actor: BOOTSTRAP, changes: { reads: 3 } },
  ]);
});

test('the log is read page by page, and by what is asked for', async () => {
  const all = await log('?limit=200');
  const pages: Entry[] = [];
  for (let cursor: string | null = '', turn = 0; cursor !== null && turn < 50; turn++) {
    const { body } = await api.get(`/v1/audit-log?limit=3${cursor && `&cursor=${cursor}`}`);
    pages.push(...body.data);
    cursor = body.nextCursor;
  }
  expect(pages).toEqual(all);
  const paused = all.filter(({ action }) => action === 'integration.pause');
  expect(await log('?action=integration.pause')).toEqual(paused);
  expect(await log(`?integrationId=${id}&limit=200`)).toEqual(
    all.filter((entry) => entry.integrationId === id),
  );
  const [newest, older] = paused;
  expect(await log(`?action=integration.pause&until=${newest!.at}`)).not.toContainEqual(newest);
  expect(await log(`?since=${older!.at}&limit=200`)).toContainEqual(older);
  for (const wrong of ['cursor=x', 'action=nothing', 'since=yesterday', 'limit=0', 'actor=x'])
    expect((await api.get(`/v1/audit-log?${wrong}`)).body.code).toBe('invalid_request');
});

test('a key limited to owners sees the entries about their integrations, and its own', async () => {
  const limited = async (ownerRefs: string[]) =>
    api.as(
      (await api.post('/v1/api-keys', { name: 'limited', scopes: ['admin', 'operate'], ownerRefs })).body.key,
    );
  const theirs = await limited(['owner-1']);
  expect((await log('?limit=200', theirs)).every((entry) => entry.integrationId === id)).toBe(true);
  const others = await limited(['nobody']);
  expect(await log('', others)).toEqual([]);
  await others.post('/v1/integrations', { provider: 'instagram', ownerRef: 'nobody' });
  expect(await log('', others)).toMatchObject([{ action: 'integration.create', actor: { name: 'limited' } }]);
});

test('an owner who connects and removes the app, and an account that is deleted and disconnected', async () => {
  const row = await stack.connect('leaving');
  const about = async (work: () => Promise<unknown>) =>
    (await added(work)).map(({ action, actor, integrationId }) => [action, actor.kind, integrationId]);
  const request = {
    ...{ provider: 'instagram', appId: stack.instagram.settings.appId, userId: row.accountScopedId! },
    ...{ issuedBefore: stack.simulator.clock.now() + 1, digest: Buffer.from('leaving') },
  };
  const removed = () =>
    deauthorize(stack.pool, request, stack.simulator.clock.now(), instagramActor('192.0.2.1'));
  expect(await about(removed)).toEqual([['integration.deauthorize', 'instagram', row.id]]);
  expect(await about(removed)).toEqual([]);
  const forget = () => api.post('/v1/data-deletions', { instagramId: row.accountId });
  expect(await about(forget)).toEqual([['data.delete', 'api_key', row.id]]);
  expect(await about(forget)).toEqual([]);

  const other = await stack.connect('ended');
  const end = () => api.delete(`/v1/integrations/${other.id}`);
  expect(await about(end)).toEqual([['integration.disconnect', 'api_key', other.id]]);
  expect(await about(end)).toEqual([]);
  const { data } = (await api.get(`/v1/integrations/${other.id}/events?limit=1`)).body;
  expect(data[0]).toMatchObject({
    type: 'integration.disconnected',
    data: { actor: { kind: 'api_key', name: 'bootstrap' } },
  });
});

test('a refresh that an app asked for on load is an entry when there was one', async () => {
  const row = await stack.connect('loaded');
  await stack.travel.advance(2 * DAY_MS);
  const load = () => api.post(`/v1/integrations/${row.id}/ensure-fresh`, { withinDays: 60 });
  expect(await added(load)).toMatchObject([{ action: 'integration.refresh', integrationId: row.id }]);
  expect(await added(load)).toEqual([]);
});
