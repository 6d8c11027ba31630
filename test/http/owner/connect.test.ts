import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type Answer, type TestApi, type Verbs, startApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';

let stack: Stack;
let api: TestApi;
let visitor: Verbs;
useApi((started) => ({ stack, api } = started));
beforeAll(async () => {
  visitor = api.browser();
});
afterEach(() => {
  stack.simulator.clearFaults();
  stack.simulator.setMode({ exchangeShape: 'data_array' });
});

const browser = () => visitor;
const create = async (body: object = {}) =>
  (await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'owner-1', ...body })).body;
const location = (answer: Answer) => new URL(answer.headers.get('location') ?? '');
const titleOf = ({ body }: Answer) => /<h1[^>]*>(.*?)<\/h1>/.exec(body)?.[1];

/** The row but for how far its lifecycle has read it. */
async function kept(id: string) {
  const { lifecycleRevision: _, ...row } = await stack.row(id);
  return row;
}

/** A link that says another integration, under the signature of the first. */
function rename(url: string): string {
  const dot = url.lastIndexOf('.');
  const [address, signature] = [url.slice(0, dot), url.slice(dot)];
  const [base, payload = ''] = address.split('/connect/');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const other = Buffer.from(
    JSON.stringify({ ...said, i: said.i.replace(/.$/, (last: string) => (last === '0' ? '1' : '0')) }),
  ).toString('base64url');
  return `${base}/connect/${other}${signature}`;
}

/** From a link to where Instagram sends the owner back to. */
async function consent(
  link: string,
  account: string,
  options: { decision?: 'allow' | 'deny'; scopes?: string[] } = {},
): Promise<URL> {
  if (!stack.simulator.accounts().some(({ username }) => username === account))
    stack.simulator.addAccount({ username: account });
  stack.simulator.scriptLogin({ account, decision: 'allow', ...options });
  const begun = await browser().request('POST', link);
  expect(begun.status).toBe(303);
  return location(await browser().get(location(begun).href));
}

const round = async (...args: Parameters<typeof consent>) => browser().get((await consent(...args)).href);

describe('the page behind a link', () => {
  test('names the product, needs no script and no cookie, and consumes nothing', async () => {
    const { connectUrl } = await create();
    for (let times = 0; times < 2; times++) {
      const page = await browser().get(connectUrl);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.headers.get('set-cookie')).toBeNull();
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('content-security-policy')).toMatch(
        /default-src 'none'.*frame-ancestors 'none'/,
      );
      expect(page.body).toContain(
        'Shopdesk will be able to read and send messages for your Instagram account.',
      );
      expect(page.body).toContain('In Shopdesk this connection belongs to “owner-1”.');
      expect(page.body.match(/<form method="post"/g)).toHaveLength(1);
      expect(page.body).not.toContain('<script');
      expect(page.body).toContain('https://shopdesk.example/help');
    }
  });

  test('sends the owner to Instagram with all parameters that Instagram requires', async () => {
    const { connectUrl } = await create();
    const begun = await browser().request('POST', connectUrl);
    expect(begun.status).toBe(303);
    const url = location(begun);
    expect(url.origin + url.pathname).toBe(`${stack.simulatorUrl}/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: stack.simulator.settings.appId,
      redirect_uri: `${api.url}/oauth/instagram/callback`,
      response_type: 'code',
      scope: 'instagram_business_basic,instagram_business_manage_messages',
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test.each([
    ['cut short', (url: string) => url.slice(0, -3)],
    ['with another signature', (url: string) => url.replace(/\.[^.]*$/, `.${'A'.repeat(43)}`)],
    ['of another integration', rename],
    ['that is none', (url: string) => url.replace(/connect\/.*/, 'connect/x')],
    ['with a null byte', (url: string) => url.replace(/connect\/.*/, 'connect/a%00.b%00')],
  ])('a link %s opens a readable page and leads nowhere', async (_, spoil) => {
    const link = spoil((await create()).connectUrl);
    for (const method of ['GET', 'POST']) {
      const page = await browser().request(method, link);
      expect([page.status, page.headers.get('location')]).toEqual([410, null]);
      expect(page.body).toContain('request a new link');
    }
  });

  test('a link ends after a day', async () => {
    const { connectUrl } = await create();
    await stack.travel.advance(DAY_MS + MINUTE_MS);
    expect((await browser().get(connectUrl)).status).toBe(410);
    expect((await browser().request('POST', connectUrl)).status).toBe(410);
  });
});

describe('the whole round', () => {
  test('connects the account, and the link is used up', async () => {
    const { connectUrl, integration } = await create();
    const page = await round(connectUrl, 'first');
    expect([page.status, titleOf(page)]).toEqual([200, 'Connected']);
    expect(page.body).toContain('Shopdesk can read and send messages for @first.');
    expect(page.body).not.toContain('<form');
    const { body } = await api.get(`/v1/integrations/${integration.id}`);
    expect(body).toMatchObject({
      state: 'active',
      usable: true,
      tokenVersion: 1,
      account: { username: 'first' },
    });
    expect((await api.get(`/v1/integrations/${integration.id}/token`)).body.version).toBe(1);
    expect(await stack.events(integration.id)).toEqual(['integration.connected']);
    expect((await browser().get(connectUrl)).status).toBe(410);
    expect((await browser().request('POST', connectUrl)).status).toBe(410);
  });

  test("reads Instagram's other way of answering an exchange", async () => {
    stack.simulator.setMode({ exchangeShape: 'flat_numeric' });
    const { connectUrl, integration } = await create();
    expect(titleOf(await round(connectUrl, 'flat'))).toBe('Connected');
    expect((await api.get(`/v1/integrations/${integration.id}`)).body.account).toEqual({
      id: stack.simulator.account('flat').id,
      username: 'flat',
    });
  });

  test("ends at the product's address, with its own parameters and the result", async () => {
    const returnTo = 'https://app.shopdesk.example/settings?tab=inbox#instagram';
    const { connectUrl, integration } = await create({ returnTo });
    const back = await round(connectUrl, 'returns');
    expect(back.status).toBe(303);
    expect(location(back).href).toBe(
      `https://app.shopdesk.example/settings?tab=inbox&integrationId=${integration.id}&result=connected#instagram`,
    );
  });

  test('a new link of a connected integration has its own way back', async () => {
    const { id } = await stack.connect('relinked');
    const { status, body } = await api.post(`/v1/integrations/${id}/connect-links`, {
      returnTo: 'https://app.shopdesk.example/done',
    });
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.any(String), url: expect.any(String), expiresAt: expect.any(String) });
    expect((await browser().get(body.url)).body).toContain('Reconnect @relinked');
    const begun = await browser().request('POST', body.url);
    const asked = location(begun).searchParams;
    expect([asked.get('force_reauth'), asked.get('force_authentication')]).toEqual(['true', '1']);
    expect(location(await round(body.url, 'relinked')).searchParams.get('result')).toBe('connected');
    expect((await stack.row(id)).version).toBe(2);
    expect(await stack.events(id)).toEqual(['integration.connected', 'integration.reconnected']);
  });

  test('a round that the owner cancels changes nothing and offers another try', async () => {
    const { connectUrl, integration } = await create();
    const page = await round(connectUrl, 'cancels', { decision: 'deny' });
    expect([page.status, titleOf(page)]).toEqual([200, 'Connection cancelled']);
    const again = /action="([^"]+)"/.exec(page.body)?.[1] ?? '';
    expect((await stack.row(integration.id)).state).toBe('pending');
    expect(titleOf(await round(again, 'cancels'))).toBe('Connected');

    const returning = await create({ returnTo: 'https://app.shopdesk.example/' });
    const back = await round(returning.connectUrl, 'cancels', { decision: 'deny' });
    expect(location(back).searchParams.get('result')).toBe('cancelled');
  });

  test('another account than the one connected is named, and nothing is changed', async () => {
    const { id } = await stack.connect('mine');
    const before = await kept(id);
    const token = (await api.get(`/v1/integrations/${id}/token`)).body;
    const { body } = await api.post(`/v1/integrations/${id}/connect-links`);
    const page = await round(body.url, 'not_mine');
    expect([page.status, titleOf(page)]).toEqual([409, 'Wrong Instagram account']);
    expect(page.body).toContain(
      'You are logged in to Instagram as @not_mine. This connection belongs to @mine. No changes were made.',
    );
    expect(await kept(id)).toEqual(before);
    expect((await api.get(`/v1/integrations/${id}/token`)).body).toEqual({
      ...token,
      cacheForSeconds: expect.any(Number),
    });
    expect(await stack.events(id)).toEqual(['integration.connected']);
    const listed = await api.get(`/v1/integrations?accountId=${stack.simulator.account('not_mine').id}`);
    expect(listed.body.data).toEqual([]);
    // The link still works, for the right account.
    expect(titleOf(await round(body.url, 'mine'))).toBe('Connected');
  });

  test('a consent without messages is not stored, and says what to do', async () => {
    const { connectUrl, integration } = await create();
    const page = await round(connectUrl, 'unticked', { scopes: ['instagram_business_basic'] });
    expect([page.status, titleOf(page)]).toEqual([403, 'Message permission missing']);
    expect(await stack.row(integration.id)).toMatchObject({ state: 'pending', accountId: null, version: 0 });
  });

  test("an account of another owner's stays theirs, and the page says whom to ask", async () => {
    const { id } = await stack.connect('contested');
    const before = await kept(id);
    const theirs = await create({ ownerRef: 'somebody-else', returnTo: 'https://app.shopdesk.example/' });
    const back = await round(theirs.connectUrl, 'contested');
    expect(location(back).searchParams.get('result')).toBe('account_taken');
    const { body } = await api.post(`/v1/integrations/${theirs.integration.id}/connect-links`);
    const page = await round(body.url, 'contested');
    expect([page.status, titleOf(page)]).toEqual([409, 'Account already connected']);
    expect(await kept(id)).toEqual(before);
    expect((await stack.row(theirs.integration.id)).state).toBe('pending');
  });

  test('the same owner who connects an account again renews the integration that has it', async () => {
    const { id, version } = await stack.connect('again');
    const second = await create({ returnTo: 'https://app.shopdesk.example/' });
    const back = location(await round(second.connectUrl, 'again'));
    expect(back.searchParams.get('result')).toBe('connected');
    expect(back.searchParams.get('integrationId')).toBe(id);
    expect(await stack.row(id)).toMatchObject({ state: 'active', version: version + 1 });
    expect((await stack.row(second.integration.id)).state).toBe('disconnected');
    const listed = await api.get(`/v1/integrations?accountId=${stack.simulator.account('again').id}`);
    expect(listed.body.data.map((row: { id: string }) => row.id)).toEqual([id]);
  });
});

describe('a way back that is not what it should be', () => {
  test.each([
    ['unknown', 'state=nobody-knows-it&code=AQx'],
    ['missing', 'code=AQx'],
    ['full of null bytes', 'state=%00%00&code=%00'],
  ])('a state that is %s opens a readable page', async (_, query) => {
    const page = await browser().get(`/oauth/instagram/callback?${query}`);
    expect([page.status, titleOf(page)]).toEqual([410, 'Please start again']);
    expect(page.body).toContain('No changes were made. If the account was connected before, it still is.');
  });

  test('the result page can be reloaded, also after the owner went back, until the round lapses', async () => {
    const { connectUrl, integration } = await create();
    const back = await consent(connectUrl, 'reloads');
    const denied = `/oauth/instagram/callback?error=access_denied&state=${back.searchParams.get('state')}`;
    for (const page of [back.href, back.href, denied, back.href])
      expect(titleOf(await browser().get(page))).toBe('Connected');
    expect((await stack.row(integration.id)).version).toBe(1);
    expect(await stack.events(integration.id)).toEqual(['integration.connected']);
    await stack.travel.advance(11 * MINUTE_MS);
    expect(titleOf(await browser().get(back.href))).toBe('Please start again');
  });

  test('several requests of one browser at once exchange the code once, and get the same result', async () => {
    const { connectUrl, integration } = await create({ returnTo: 'https://app.shopdesk.example/' });
    const back = await consent(connectUrl, 'doubled');
    const before = stack.simulator.requests().length;
    const answers = await Promise.all([1, 2, 3].map(() => browser().get(back.href)));
    for (const answer of answers) expect(location(answer).searchParams.get('result')).toBe('connected');
    const calls = stack.simulator.requests().slice(before);
    expect(calls.filter(({ path }) => path === '/oauth/access_token')).toHaveLength(1);
    expect((await stack.row(integration.id)).version).toBe(1);
  });

  test('an owner who goes back and decides otherwise gets the result of the new decision', async () => {
    const { connectUrl } = await create();
    const denied = await consent(connectUrl, 'undecided', { decision: 'deny' });
    expect(titleOf(await browser().get(denied.href))).toBe('Connection cancelled');
    expect(titleOf(await browser().get(denied.href))).toBe('Connection cancelled');
    const again = async (scopes?: string[]) => {
      stack.simulator.scriptLogin({ account: 'undecided', decision: 'allow', ...(scopes && { scopes }) });
      const state = denied.searchParams.get('state') ?? '';
      const redirectUri = `${api.url}/oauth/instagram/callback`;
      return location(await browser().get(stack.instagram.authorizeUrl({ state, redirectUri, force: false })))
        .href;
    };
    const half = await again(['instagram_business_basic']);
    expect(titleOf(await browser().get(half))).toBe('Message permission missing');
    expect(titleOf(await browser().get(half))).toBe('Message permission missing');
    expect(titleOf(await browser().get(await again()))).toBe('Connected');
  });

  test.each([
    ['Sec-Purpose', 'prefetch'],
    ['Sec-Purpose', 'prefetch;prerender'],
    ['Purpose', 'prefetch'],
    ['X-Purpose', 'preview'],
    ['X-Moz', 'prefetch'],
  ])('what a browser requests ahead of its user (%s: %s) changes nothing', async (name, value) => {
    const { connectUrl, integration } = await create();
    const back = await consent(connectUrl, 'ahead');
    const before = stack.simulator.requests().length;
    const early = await browser().request('GET', back.href, { headers: { [name]: value } });
    expect([early.status, early.body]).toEqual([503, null]);
    expect((await browser().request('HEAD', back.href)).status).toBe(503);
    expect(stack.simulator.requests()).toHaveLength(before);
    expect((await stack.row(integration.id)).state).toBe('pending');
    expect(titleOf(await browser().get(back.href))).toBe('Connected');
    await api.delete(`/v1/integrations/${integration.id}`);
  });

  test('a state is good in the browser that it was given to alone, and is not spent by another', async () => {
    const { connectUrl, integration } = await create();
    const back = await consent(connectUrl, 'bound');
    const stranger = api.browser();
    await stranger.request('POST', (await create()).connectUrl);
    for (const other of [api.as(null), stranger]) {
      const page = await other.get(back.href);
      expect([page.status, titleOf(page)]).toEqual([410, 'Please start again']);
    }
    expect((await stack.row(integration.id)).state).toBe('pending');
    expect(titleOf(await browser().get(back.href))).toBe('Connected');
  });

  test('the cookie that binds a browser is for this host, for ten minutes, and out of the reach of scripts', async () => {
    const { connectUrl } = await create();
    const cookie = (await api.as(null).request('POST', connectUrl)).headers.get('set-cookie');
    expect(cookie).toMatch(/^evergrant-connect=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    const behindTls = await startApi(stack, {
      site: { publicUrl: 'https://shopdesk.example' },
    });
    const path = new URL(
      (await behindTls.post('/v1/integrations', { provider: 'instagram', ownerRef: 'o' })).body.connectUrl,
    );
    const begun = await behindTls.as(null).request('POST', path.pathname);
    expect(begun.headers.get('set-cookie')).toMatch(
      /^__Host-evergrant-connect=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await behindTls.stop();
  });

  test('a state is good for ten minutes', async () => {
    const { connectUrl, integration } = await create();
    const back = await consent(connectUrl, 'slow');
    await stack.travel.advance(11 * MINUTE_MS);
    expect((await browser().get(back.href)).status).toBe(410);
    expect((await stack.row(integration.id)).state).toBe('pending');
  });

  test('of two rounds begun by one link the first to end wins', async () => {
    const { connectUrl, integration } = await create();
    const one = await consent(connectUrl, 'twofold');
    const other = await consent(connectUrl, 'twofold');
    expect(titleOf(await browser().get(one.href))).toBe('Connected');
    expect((await browser().get(other.href)).status).toBe(410);
    expect((await stack.row(integration.id)).version).toBe(1);
  });

  test('a round whose integration was disconnected meanwhile connects nothing', async () => {
    const { connectUrl, integration } = await create();
    const back = await consent(connectUrl, 'toolate');
    await api.delete(`/v1/integrations/${integration.id}`);
    expect((await browser().get(back.href)).status).toBe(410);
    expect(
      stack.simulator
        .requests()
        .filter(({ path }) => path === '/oauth/access_token')
        .at(-1)?.account,
    ).not.toBe(stack.simulator.account('toolate').id);
    expect(await stack.row(integration.id)).toMatchObject({ state: 'disconnected', accountId: null });
  });

  test('a code that Instagram does not know, or an error of its own, connects nothing', async () => {
    const { connectUrl, integration } = await create();
    const back = await consent(connectUrl, 'forgery');
    back.searchParams.set('code', 'AQforged');
    const refused = await browser().get(back.href);
    expect([refused.status, titleOf(refused)]).toEqual([502, 'Please start again']);
    expect(refused.body).toContain('has already been used or has expired');
    const failing = await consent(connectUrl, 'forgery');
    const state = failing.searchParams.get('state') ?? '';
    const page = await browser().get(`/oauth/instagram/callback?error=server_error&state=${state}`);
    expect(titleOf(page)).toBe('Instagram did not respond');
    expect((await stack.row(integration.id)).state).toBe('pending');
  });
});

describe('a round whose link is dead', () => {
  const state = (back: URL) => `state=${back.searchParams.get('state')}`;
  /** How a browser can come back to a round, and what it then sees while the link works. */
  const WAYS: Record<string, [query: string, alive: string]> = {
    'was denied': ['error=access_denied', 'Connection cancelled'],
    'met an error of Instagram': ['error=server_error', 'Instagram did not respond'],
    'has neither code nor error': ['', 'Instagram did not respond'],
    'has a code that Instagram does not know': ['code=AQforged', 'Please start again'],
  };
  const DEATHS: Record<string, (id: string, handle: string) => Promise<unknown>> = {
    'connected by another round': async (id, handle) =>
      round((await api.post(`/v1/integrations/${id}/connect-links`)).body.url, handle),
    disconnected: (id) => api.delete(`/v1/integrations/${id}`),
    revoked: (id) => api.delete(`/v1/integrations/${id}/connect-links`),
    'over its day': () => stack.travel.advance(DAY_MS - MINUTE_MS),
  };
  let count = 0;

  /** A link one minute before its end, with a round that it began, of an account with this handle. */
  async function begun(lead = DAY_MS - 5 * MINUTE_MS) {
    const handle = `dead_${(count += 1)}`;
    const { id } = await stack.connect(handle);
    const { url } = (await api.post(`/v1/integrations/${id}/connect-links`)).body;
    if (lead > 0) await stack.travel.advance(lead);
    return { id, handle, url, back: await consent(url, handle) };
  }
  const shown = (page: Answer) => [page.status, titleOf(page), /action="[^"]*connect/.test(page.body)];
  const DEAD = [410, 'This link no longer works', false];

  describe.each(Object.entries(WAYS))('%s', (_, [query, alive]) => {
    test.each(['connected by another round', 'disconnected', 'revoked'])(
      'and %s: neither link nor handle',
      async (death) => {
        const { id, handle, back } = await begun(0);
        await DEATHS[death]!(id, handle);
        const url = `/oauth/instagram/callback?${query}&${state(back)}`;
        for (const page of [await browser().get(url), await browser().get(url)]) {
          expect(shown(page)).toEqual(DEAD);
          expect(page.body).not.toContain(handle);
          expect(page.body).not.toContain('/connect/');
        }
      },
    );

    test('and shown once more after the link died', async () => {
      const { id, handle, url: link, back } = await begun(0);
      const url = `/oauth/instagram/callback?${query}&${state(back)}`;
      const first = await browser().get(url);
      expect(titleOf(first)).toBe(alive);
      // The original link, with its own end, and no other.
      expect(/action="([^"]+)"/.exec(first.body)?.[1]).toBe(link);
      await DEATHS['connected by another round']!(id, handle);
      const again = await browser().get(url);
      expect(shown(again)).toEqual(DEAD);
      expect(again.body).not.toContain(handle);
    });
  });

  test('over its day: neither a link nor one more round', async () => {
    const { id, handle, back } = await begun();
    const denied = `/oauth/instagram/callback?error=access_denied&${state(back)}`;
    expect(titleOf(await browser().get(denied))).toBe('Connection cancelled');
    await stack.travel.advance(6 * MINUTE_MS);
    expect(shown(await browser().get(denied))).toEqual(DEAD);
    const version = (await stack.row(id)).version;
    const late = await browser().get(back.href);
    expect(shown(late)).toEqual(DEAD);
    expect(late.body).not.toContain(handle);
    expect((await stack.row(id)).version).toBe(version);
  });

  test('over its day while the owner was at Instagram: what they allowed is kept', async () => {
    const { id, back } = await begun();
    await stack.travel.advance(6 * MINUTE_MS);
    expect(titleOf(await browser().get(back.href))).toBe('Connected');
    expect(await stack.events(id)).toContain('integration.reconnected');
  });

  test('revoked while the owner was at Instagram: nothing is connected', async () => {
    const { id, handle, back } = await begun(0);
    const { version } = await stack.row(id);
    await DEATHS.revoked!(id, handle);
    const before = stack.simulator.requests().length;
    expect(shown(await browser().get(back.href))).toEqual(DEAD);
    expect(stack.simulator.requests()).toHaveLength(before);
    expect((await stack.row(id)).version).toBe(version);
  });

  test('a wrong account, shown once more: names neither account', async () => {
    const { id, handle, url } = await begun(0);
    const wrong = await consent(url, 'some_other');
    expect(titleOf(await browser().get(wrong.href))).toBe('Wrong Instagram account');
    await DEATHS['connected by another round']!(id, handle);
    const again = await browser().get(wrong.href);
    expect(shown(again)).toEqual(DEAD);
    expect(again.body).not.toMatch(new RegExp(`${handle}|some_other`));
  });

  test('a success, shown once more: names the account only while it is the newest grant', async () => {
    const { id, handle, back } = await begun(0);
    expect((await browser().get(back.href)).body).toContain(`@${handle}`);
    expect((await browser().get(back.href)).body).toContain(`@${handle}`);
    await DEATHS['connected by another round']!(id, handle);
    const again = await browser().get(back.href);
    expect(shown(again)).toEqual(DEAD);
    expect(again.body).not.toContain(handle);
  });

  test('a reconnect link whose token was refreshed: no link, and the code is kept', async () => {
    const { id, issuedAt } = await stack.connect('refreshed_meanwhile');
    await api.post(`/v1/integrations/${id}/pause`);
    await stack.travel.advance(issuedAt! + 53 * DAY_MS + HOUR_MS - stack.simulator.clock.now());
    const { reconnectUrl } = (await api.get(`/v1/integrations/${id}`)).body;
    const denied = await consent(reconnectUrl, 'refreshed_meanwhile', { decision: 'deny' });
    const allowed = await consent(reconnectUrl, 'refreshed_meanwhile');
    expect((await api.post(`/v1/integrations/${id}/refresh`)).body.refreshed).toBe(true);
    expect(shown(await browser().get(denied.href))).toEqual(DEAD);
    expect(titleOf(await browser().get(allowed.href))).toBe('Connected');
  });

  test('its product is told `failed`, whatever the browser came back with', async () => {
    const { id } = await stack.connect('told');
    const returnTo = 'https://app.shopdesk.example/done';
    const { url } = (await api.post(`/v1/integrations/${id}/connect-links`, { returnTo })).body;
    const denied = await consent(url, 'told', { decision: 'deny' });
    await DEATHS['connected by another round']!(id, 'told');
    expect(location(await browser().get(denied.href)).searchParams.get('result')).toBe('failed');
  });

  test('operators are not told of its refusals', async () => {
    const { id, handle, back } = await begun(0);
    await DEATHS['connected by another round']!(id, handle);
    const forged = `error=x&error_description=Invalid+platform+app&${state(back)}`;
    expect(shown(await browser().get(`/oauth/instagram/callback?${forged}`))).toEqual(DEAD);
    const { rows } = await stack.pool.query("select 1 from events where type = 'connect.refused'");
    expect(rows).toEqual([]);
  });
});

test('a way back to an origin that is not listed is refused', async () => {
  for (const returnTo of [
    'https://evil.example/',
    'https://app.shopdesk.example.evil.example/',
    'https://app.shopdesk.example@evil.example/',
    'https://app.shopdesk.example:444/',
    'javascript:alert(1)',
    '//app.shopdesk.example',
  ]) {
    const { status, body } = await api.post('/v1/integrations', {
      provider: 'instagram',
      ownerRef: 'x',
      returnTo,
    });
    expect([status, body.code, body.errors[0].field]).toEqual([400, 'invalid_request', 'returnTo']);
  }
});

test('a reconnect link appears 7 days before the end, and is outdated by a newer token', async () => {
  const { id, issuedAt } = await stack.connect('ending');
  await api.post(`/v1/integrations/${id}/pause`);
  const show = async () => (await api.get(`/v1/integrations/${id}`)).body;
  await stack.travel.advance(issuedAt! + 52 * DAY_MS - stack.simulator.clock.now());
  expect((await show()).reconnectUrl).toBeNull();
  await stack.travel.advance(DAY_MS + HOUR_MS);
  const { reconnectUrl } = await show();
  const page = await browser().get(reconnectUrl);
  expect(page.status).toBe(200);
  expect(page.body).toContain('Reconnect @ending');
  expect(page.body).toContain(
    'Your Instagram token expires in 6 days. Consider reconnecting to avoid disruption.',
  );
  const { body: events } = await api.get(`/v1/integrations/${id}/events?limit=1`);
  expect(events.data[0]).toMatchObject({ type: 'token.expiring', data: { reconnectUrl } });
  expect((await api.post(`/v1/integrations/${id}/refresh`)).body.refreshed).toBe(true);
  expect((await browser().get(reconnectUrl)).status).toBe(410);
  expect((await show()).reconnectUrl).toBeNull();
});
