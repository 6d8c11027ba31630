import { type Scope } from '../../../core/access/scopes';
import { MINUTE_MS } from '../../../core/time';
import { API_KEY, type TestApi, type Verbs, startApi, useApi } from '../../support/api';
import { startConsole } from '../../support/console';
import { type Stack } from '../../support/stack';
import { afterwards } from '../../support/temporary-folder';

let stack: Stack;
let api: TestApi;
let id: string;
useApi((started) => ({ stack, api } = started), { workers: false });
beforeAll(async () => {
  ({ id } = await stack.connect('shown', { start: false }));
});

function submit(browser: Verbs, path: string, fields: Record<string, string> = {}, of = api) {
  return browser.request('POST', path, {
    headers: {
      origin: of.url,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(fields).toString(),
  });
}

/** Somebody signed in with a key of these scopes beside admin. */
async function userWith(scopes: Scope[], ownerRefs?: string[], of = api): Promise<Verbs> {
  const wanted = { name: 'user', scopes: ['admin', ...scopes], ...(ownerRefs && { ownerRefs }) };
  const { key } = (await of.as(API_KEY).post('/v1/api-keys', wanted)).body;
  const browser = of.browser();
  await submit(browser, '/console/sign-in', { key }, of);
  return browser;
}
const ACTIONS = [
  ...['refresh', 'recheck', 'pause', 'resume', 'disconnect', 'reconnect-link', 'email-link', 'contact'],
];

test('without the scope read connections and fleet are not shown, and a page says why', async () => {
  const browser = await userWith([]);
  for (const path of ['', '/connections', '/connections.csv', `/connections/${id}`, '/fleet']) {
    const { status, body } = await browser.get(`/console${path}`);
    expect([path, status]).toEqual([path, 403]);
    expect(body).toContain('The API key needs the scope read.');
    expect(body).not.toContain('@shown');
  }
});

test('without the scope operate there are no buttons, and what they would do is refused', async () => {
  const browser = await userWith(['read']);
  const { body } = await browser.get(`/console/connections/${id}`);
  expect(body).toContain('@shown');
  expect(body).not.toContain('Refresh now');
  for (const action of ACTIONS) {
    const refused = await submit(browser, `/console/connections/${id}/${action}`);
    expect([action, refused.status]).toEqual([action, 403]);
  }
  const { status, body: checked } = await submit(browser, `/console/connections/${id}/check`);
  expect([status, checked.includes('We could not')]).toEqual([200, false]);
  expect(await stack.row(id)).toMatchObject({ state: 'active', paused: false, version: 1 });
});

test('who is limited to owners sees and touches only theirs', async () => {
  const browser = await userWith(['read', 'operate'], ['somebody-else']);
  for (const path of ['/console', '/console/connections', `/console/connections?q=${id}`]) {
    const { status, body } = await browser.get(path);
    expect([status, body.includes('@shown')]).toEqual([200, false]);
  }
  expect((await browser.get('/console/connections.csv')).body).not.toContain(id);
  for (const verb of ['pause', 'refresh', 'link'])
    expect((await submit(browser, `/console/connections/selected/${verb}`, { ids: id })).body).toContain(
      'does not exist',
    );
  expect((await stack.row(id)).paused).toBe(false);
  expect((await browser.get(`/console/connections/${id}`)).status).toBe(404);
  for (const action of [...ACTIONS, 'check'])
    expect((await submit(browser, `/console/connections/${id}/${action}`)).status).toBe(404);
  const keys = (await browser.get('/console/settings')).body as string;
  // Their own key, of the several that are called so; and nothing of what belongs to the whole deployment.
  expect(keys.match(/Revoke user/g)).toHaveLength(1);
  for (const page of ['webhooks', 'deliveries', 'mail', 'encryption-keys']) {
    expect(keys).not.toContain(`/console/settings/${page}`);
    expect((await browser.get(`/console/settings/${page}`)).status).toBe(403);
  }
  const deliveries = '/console/settings/deliveries';
  expect((await browser.get(deliveries)).status).toBe(403);
  const again = await submit(browser, `${deliveries}/dlv_1/redeliver`);
  expect([again.status, again.body.includes('without ownerRefs')]).toEqual([403, true]);
  const fleet = (await browser.get('/console/fleet')).body as string;
  expect(fleet).toContain('Deliveries');
  expect(fleet).not.toContain(deliveries);
  const made = await submit(browser, '/console/settings/api-keys', {
    name: 'more',
    scopes: 'read',
    owners: 'owner-1',
  });
  expect(made.body).toContain('Your key can create keys only for its own owners.');
});

test('a user cannot create a key with more rights than their own', async () => {
  const browser = await userWith(['read']);
  const { body } = await submit(browser, '/console/settings/api-keys', { name: 'more', scopes: 'token' });
  expect(body).toContain('Your key lacks these scopes: token.');
});

test('conversations are not shown unless the deployment says so, nor without the scope message', async () => {
  const path = `/console/connections/${id}/messages`;
  const browser = await userWith(['read', 'message']);
  expect((await browser.get(path)).status).toBe(404);
  expect((await browser.get(`/console/connections/${id}`)).body).not.toContain(path);

  const open = await startApi(stack, { console: { messages: true, temporalUiUrl: null, sandbox: null } });
  afterwards(() => open.stop());
  const without = await userWith(['read'], undefined, open);
  expect((await without.get(path)).status).toBe(403);
  const reader = await userWith(['read', 'message'], undefined, open);
  expect((await reader.get(path)).status).toBe(200);
  const [event] = (await api.get(`/v1/integrations/${id}/events?limit=1`)).body.data;
  expect(event).toMatchObject({ type: 'messages.viewed', data: { by: 'user', conversationId: null } });
  const other = await userWith(['read', 'message'], ['somebody-else'], open);
  expect((await other.get(path)).status).toBe(404);
});

test('who looks at messages is recorded by session and time, whatever the browser says of its request', async () => {
  const row = await stack.connect('looked.at', { start: false });
  stack.simulator.receive('looked.at', { text: 'For you alone', from: 'friend' });
  const open = await startApi(stack, { console: { messages: true, temporalUiUrl: null, sandbox: null } });
  afterwards(() => open.stop());
  const path = `/console/connections/${row.id}/messages`;
  const { body: inbox } = await api.get(`/v1/integrations/${row.id}/conversations`);
  const thread = `${path}/${encodeURIComponent(inbox.data[0].id)}`;
  const views = async () => (await stack.events(row.id)).filter((type) => type === 'messages.viewed').length;
  const [one, two] = [
    await userWith(['read', 'message'], undefined, open),
    await userWith(['read', 'message'], undefined, open),
  ];
  const asFragment = { headers: { 'hx-request': 'true' } };
  // Where nothing could be shown, nothing was seen.
  for (const match of [{ path: '/me/conversations' }, {}]) {
    stack.simulator.addFault({ match: { ...match, account: 'looked.at' }, status: 503, error: { code: 2 } });
    for (const at of [path, thread])
      expect((await one.request('GET', at, asFragment)).body).toContain('Instagram is not responding');
    stack.simulator.clearFaults();
  }
  expect(await views()).toBe(0);
  expect((await one.request('GET', thread, asFragment)).body).toContain('For you alone');
  expect(await views()).toBe(1);
  // An open page that looks again is the same look for a quarter of an hour.
  for (const headers of [{}, { 'hx-request': 'true' }]) await one.request('GET', thread, { headers });
  expect(await views()).toBe(1);
  await one.request('GET', path, asFragment);
  await two.request('GET', thread, asFragment);
  expect(await views()).toBe(3);
  stack.simulator.clock.advance(16 * MINUTE_MS);
  await one.request('GET', thread, asFragment);
  expect(await views()).toBe(4);
  // The page after a reply shows the conversation, too.
  stack.simulator.clock.advance(16 * MINUTE_MS);
  expect((await submit(one, thread, { text: ' ' }, open)).body).toContain('For you alone');
  expect(await views()).toBe(5);
});

test('there is a sandbox bar in a sandbox alone', async () => {
  const browser = await userWith(['read', 'operate']);
  expect((await browser.get('/console')).body).not.toContain('id="sandbox"');
  expect((await submit(browser, '/console/sandbox/outage', { on: 'true' })).status).toBe(404);
  const sandbox = await startConsole(stack);
  afterwards(() => sandbox.stop());
  const visitor = await userWith(['read'], undefined, sandbox);
  expect((await visitor.get('/console')).body).toContain('id="sandbox"');
  expect((await submit(visitor, '/console/sandbox/nonsense', {}, sandbox)).status).toBe(404);
  const away = await submit(
    visitor,
    '/console/sandbox/outage',
    { on: 'false', here: 'https://evil.example' },
    sandbox,
  );
  expect([away.status, away.headers.get('location')]).toEqual([303, '/console']);
});

test.each([
  'q=%25',
  'q=%00',
  'state=nonsense',
  'days=-1',
  'page=0',
  'page=1e9',
  `q=${'x'.repeat(300)}`,
  'owner=%5C',
  'on=2026-99-99',
  'sort=nonsense&dir=up',
])('the filter %p still gives a page', async (query) => {
  const browser = await userWith(['read']);
  expect((await browser.get(`/console/connections?${query}`)).status).toBe(200);
});

test.each(['constructor', 'toString', 'nonsense'])('there is no button %p', async (verb) => {
  const browser = await userWith(['read', 'operate']);
  for (const path of [`/console/connections/${id}`, '/console/settings/webhooks/whe_1', '/console'])
    expect((await submit(browser, `${path}/${verb}`)).status).toBe(404);
});

test('a part of a page asks a visitor whose session is over to sign in', async () => {
  const { status, headers } = await api
    .as(null)
    .request('GET', '/console', { headers: { 'hx-request': 'true' } });
  expect([status, headers.get('hx-redirect')]).toEqual([200, '/console/sign-in']);
});

test('names are shown as text, whatever is in them', async () => {
  await stack.pool.query(`update integrations set external_id = $2 where id = $1`, [
    id,
    '<img src=x onerror=a()>',
  ]);
  const browser = await userWith(['read']);
  for (const path of ['/connections', `/connections/${id}`]) {
    const { body } = await browser.get(`/console${path}`);
    expect(body).toContain('&lt;img src=x onerror=a()&gt;');
    expect(body).not.toContain('<img src=x');
  }
});

describe('settings show what gives access besides keys', () => {
  const rowOf = (body: string, rowId: string) => body.split(`<tr id="${rowId}"`)[1]?.split('</tr>')[0];

  test('sessions, links and embed tokens, each with a button that ends it', async () => {
    const browser = await userWith(['operate']);
    const other = await userWith([]);
    const link = (await api.post(`/v1/integrations/${id}/connect-links`)).body;
    const token = (await api.post('/v1/embed-tokens', { ownerRef: 'owner-1' })).body;
    const [others, own] = (await api.get('/v1/console-sessions')).body.data;
    const { body } = await browser.get('/console/settings/access');
    expect(rowOf(body, own.id)).toContain('This session');
    const ends = {
      [others.id]: `/console/settings/access/sessions/${others.id}/end`,
      [link.id]: `/console/settings/access/connect-links/${link.id}/revoke`,
      [token.id]: `/console/settings/access/embed-tokens/${token.id}/revoke`,
    };
    for (const [one, path] of Object.entries(ends)) {
      expect(rowOf(body, one)).toContain(`action="${path}"`);
      const after = await submit(browser, path);
      expect(after.body).toMatch(/class="toast"/);
      expect(rowOf(after.body, one)).toBeUndefined();
    }
    expect((await other.get('/console')).status).toBe(303);
    expect((await api.as(null).get(new URL(link.url).pathname)).status).toBe(410);
  });

  test('but not those of others, and nothing that the scopes do not allow', async () => {
    const link = (await api.post(`/v1/integrations/${id}/connect-links`)).body;
    await userWith([]);
    const [session] = (await api.get('/v1/console-sessions')).body.data;
    const limited = await userWith(['operate'], ['somebody-else']);
    const { body } = await limited.get('/console/settings/access');
    for (const one of [link.id, session.id]) expect(body).not.toContain(one);
    for (const path of [`connect-links/${link.id}/revoke`, `sessions/${session.id}/end`])
      expect((await submit(limited, `/console/settings/access/${path}`)).body).toContain('does not exist');
    const reader = await userWith([]);
    expect((await reader.get('/console/settings/access')).body).not.toContain(link.id);
    expect((await submit(reader, `/console/settings/access/connect-links/${link.id}/revoke`)).status).toBe(
      403,
    );
    expect((await api.as(null).get(new URL(link.url).pathname)).status).toBe(200);
  });

  test('and who created each key', async () => {
    const { key } = (await api.post('/v1/api-keys', { name: 'the maker', scopes: ['admin', 'read'] })).body;
    const child = (await api.as(key).post('/v1/api-keys', { name: 'its child', scopes: ['read'] })).body;
    const browser = await userWith([]);
    expect(rowOf((await browser.get('/console/settings')).body, child.id)).toContain('the maker');
  });
});

describe('pages that are not there', () => {
  test('the root leads to the console, and old links to the list still work', async () => {
    const root = await api.browser().get('/');
    expect([root.status, root.headers.get('location')]).toEqual([302, '/console']);
    const browser = await userWith(['read']);
    const old = await browser.get('/console?q=shown&state=active');
    expect([old.status, old.headers.get('location')]).toEqual([
      302,
      '/console/connections?q=shown&state=active',
    ]);
  });

  test.each(['/nowhere', '/connections/int_none', '/settings/nowhere', '/settings/deliveries/dlv_none'])(
    '%s answers with a page of the console, which leads on',
    async (path) => {
      const browser = await userWith(['read']);
      const { status, body } = await browser.get(`/console${path}`);
      expect([status, body.includes('<nav aria-label="Sections">')]).toEqual([404, true]);
    },
  );
});

test('the fleet’s chart counts by the reader’s days, and a day opens its list', async () => {
  const { id: late } = await stack.connect('charted', { start: false });
  // An hour before midnight in UTC, twenty days from now: already the next day in Berlin.
  const noon = new Date(stack.simulator.clock.now());
  const day = (ahead: number) =>
    new Date(Date.UTC(noon.getUTCFullYear(), noon.getUTCMonth(), noon.getUTCDate() + ahead));
  await stack.pool.query('update integrations set expires_at = $2 where id = $1', [
    late,
    new Date(day(21).getTime() - 30 * MINUTE_MS),
  ]);
  const browser = await userWith(['read']);
  const days = async (zone: string) => {
    const { body } = await browser.request('GET', '/console/fleet', { headers: { 'x-time-zone': zone } });
    return [...(body as string).matchAll(/connections\?on=([\d-]+)"/g)].map(([, one]) => one);
  };
  expect(await days('UTC')).toContain(day(20).toISOString().slice(0, 10));
  expect(await days('UTC')).not.toContain(day(21).toISOString().slice(0, 10));
  expect(await days('Europe/Berlin')).toContain(day(21).toISOString().slice(0, 10));
});

describe('the list of connections', () => {
  test('sorts by its columns, both ways', async () => {
    for (const name of ['aaa', 'zzz']) await stack.connect(name, { start: false });
    const browser = await userWith(['read']);
    const order = async (query: string) => {
      const { body } = await browser.get(`/console/connections?${query}`);
      return [...(body as string).matchAll(/>@(\w+)<\/a>/g)].map(([, name]) => name);
    };
    const ascending = await order('sort=account');
    expect(ascending).toEqual([...ascending].sort());
    expect(await order('sort=account&dir=desc')).toEqual([...ascending].reverse());
    expect((await browser.get('/console/connections?sort=account&dir=desc')).body).toContain(
      'aria-sort="descending"',
    );
  });

  test('is exported as CSV as it is filtered, with no formulas', async () => {
    const row = await stack.connect('exported', { start: false });
    await stack.pool.query('update integrations set external_id = $2 where id = $1', [row.id, '=1+1']);
    const browser = await userWith(['read']);
    const { headers, body } = await browser.get('/console/connections.csv?q=exported');
    expect(headers.get('content-disposition')).toBe('attachment; filename="connections.csv"');
    const [head, line, ...rest] = (body as string).trim().split('\n');
    expect(head).toMatch(/^id,account,account_id,state,/);
    expect(line).toMatch(new RegExp(`^${row.id},exported,\\d+,active,.*,owner-1,'=1\\+1,`));
    expect(rest).toEqual([]);
  });

  test('says how many disconnected ones it hides, and shows them on request', async () => {
    const { id: gone } = await stack.connect('gone', { start: false });
    await api.delete(`/v1/integrations/${gone}`);
    const browser = await userWith(['read']);
    expect((await browser.get('/console/connections?q=gone')).body).toContain('1 disconnected hidden');
    const { body } = await browser.get('/console/connections?q=gone&state=disconnected');
    expect(body).toContain(`id="${gone}"`);
    // A disconnected one has no token left, so it has no days left either.
    const { body: one } = await browser.get(`/console/connections/${gone}`);
    expect(one).not.toMatch(/days left|class="life"/);
  });

  test('counts a calendar day as the reader does, not as UTC does', async () => {
    const { id: late } = await stack.connect('late', { start: false });
    await stack.pool.query('update integrations set expires_at = $2 where id = $1', [
      late,
      new Date('2031-05-26T22:30:00Z'),
    ]);
    const browser = await userWith(['read']);
    const listed = async (day: string, zone: string) => {
      const headers = { 'x-time-zone': zone };
      const { body } = await browser.request('GET', `/console/connections?on=${day}`, { headers });
      return (body as string).includes(`id="${late}"`);
    };
    expect(await listed('2031-05-26', 'UTC')).toBe(true);
    expect(await listed('2031-05-27', 'UTC')).toBe(false);
    expect(await listed('2031-05-27', 'Europe/Berlin')).toBe(true);
    expect(await listed('2031-05-26', 'Europe/Berlin')).toBe(false);
  });

  test('does one thing with several at once, and names those it failed for', async () => {
    const ids = [];
    for (const name of ['bulk_1', 'bulk_2']) ids.push((await stack.connect(name, { start: false })).id);
    const browser = await userWith(['read', 'operate']);
    const selected = (verb: string, ...chosen: string[]) =>
      browser.request('POST', `/console/connections/selected/${verb}`, {
        headers: {
          origin: api.url,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams(chosen.map((one): [string, string] => ['ids', one])).toString(),
      });
    expect((await selected('pause', ...ids)).body).toContain('Paused 2 connections');
    for (const one of ids) expect((await stack.row(one)).paused).toBe(true);
    await api.delete(`/v1/integrations/${ids[0]}`);
    const { body } = await selected('resume', ...ids);
    expect(body).toContain('Resumed 1 connection');
    expect(body).toMatch(/@bulk_1: /);
    expect((await selected('link', ids[1]!)).body).toMatch(/\/connect\//);
    expect((await selected('pause')).body).toContain('Select at least one connection');
    expect((await selected('explode', ids[1]!)).body).toContain('Unknown action');
    expect((await stack.row(ids[1]!)).state).toBe('active');
    expect((await selected('disconnect', ids[1]!)).body).toContain('Disconnected 1 connection');
    expect((await stack.row(ids[1]!)).state).toBe('disconnected');
  });
});

test('a contact is changed, and what is no address is refused by name', async () => {
  const row = await stack.connect('reachable', { start: false });
  const browser = await userWith(['read', 'operate']);
  const path = `/console/connections/${row.id}/contact`;
  expect((await submit(browser, path, { email: 'nobody' })).body).toContain('contact.email');
  expect((await submit(browser, path, { email: 'anna@bakery.example' })).body).toContain('Contact saved');
  expect((await stack.row(row.id)).contactEmail).toBe('anna@bakery.example');
  await submit(browser, path, { email: '' });
  expect((await stack.row(row.id)).contactEmail).toBeNull();
});

test('the set-up checklist ticks itself off, and can be hidden', async () => {
  const browser = await userWith(['read']);
  const done = async () =>
    Number(/Set up · (\d) of 6 done/.exec((await browser.get('/console')).body as string)?.[1]);
  // A connection and an API key exist at least.
  const before = await done();
  expect(before).toBeGreaterThanOrEqual(2);
  await api.post('/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/hook', events: ['*'] });
  expect(await done()).toBe(before + 1);
  await submit(browser, '/console/set-up/backup');
  expect(await done()).toBe(before + 2);
  expect((await submit(browser, '/console/set-up/hidden')).body).not.toContain('Set up ·');
  expect((await browser.get('/console')).body).not.toContain('Set up ·');
  expect((await submit(browser, '/console/set-up/webhook')).status).toBe(404);
});

test('the theme is what the browser chose', async () => {
  const browser = await userWith(['read']);
  expect((await browser.get('/console')).body).not.toContain('data-theme');
  const chosen = await submit(browser, '/console/theme', { theme: 'dark', here: '/console/fleet' });
  expect([chosen.status, chosen.headers.get('location')]).toEqual([303, '/console/fleet#theme']);
  expect((await browser.get('/console')).body).toContain('<html lang="en" data-theme="dark">');
  const away = await submit(browser, '/console/theme', { theme: 'pink', here: '/consolation' });
  expect(away.headers.get('location')).toBe('/console#theme');
  expect((await browser.get('/console')).body).not.toContain('data-theme');
});
