import { LIMITED, createLimits } from '../../../http/middleware/limits';
import { MINUTE_MS } from '../../../core/time';
import { API_KEY, type TestApi, startApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';
import { afterwards } from '../../support/temporary-folder';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started), { workers: false });

async function limited(wanted: Partial<Parameters<typeof createLimits>[0]>, site = {}): Promise<TestApi> {
  const at = await startApi(stack, {
    limits: createLimits(wanted),
    site,
  });
  afterwards(() => at.stop());
  return at;
}

test('a key over its limit gets a Retry-After, and holds up no other key', async () => {
  const at = await limited({ requestsPerMinute: 3 });
  for (let times = 0; times < 3; times++) expect((await at.get('/v1/fleet')).status).toBe(200);
  const { status, body, headers } = await at.get('/v1/fleet');
  expect([status, body.code]).toEqual([429, 'rate_limited']);
  const seconds = Number(headers.get('retry-after'));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(60);
  const { key } = (await api.post('/v1/api-keys', { name: 'other', scopes: ['read'] })).body;
  expect((await at.as(key).get('/v1/fleet')).status).toBe(200);
});

test('an address that tries wrong keys is slowed down; the right key goes on from there', async () => {
  const at = await limited({ failuresPerMinute: 2 });
  const wrong = at.as('evg_wrong');
  const codes = [];
  for (let times = 0; times < 3; times++) codes.push((await wrong.get('/v1/fleet')).status);
  expect(codes).toEqual([401, 401, 429]);
  expect((await at.get('/v1/fleet')).status).toBe(200);
  expect((await at.as(null).get('/v1/fleet')).status).toBe(401);
});

test('wrong keys at the sign-in page count, too', async () => {
  const at = await limited({ failuresPerMinute: 2 });
  const sign = (key: string) =>
    at.as(null).request('POST', '/console/sign-in', {
      headers: { origin: at.url, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ key }).toString(),
    });
  const codes = [];
  for (let times = 0; times < 3; times++) codes.push((await sign('evg_wrong')).status);
  expect(codes).toEqual([403, 403, 429]);
  expect((await sign(API_KEY)).status).toBe(303);
});

test('behind a trusted proxy the address is the forwarded one, else that of the connection', async () => {
  const proxied = await limited(
    { failuresPerMinute: 1 },
    { isTrustedProxy: (a: string) => a === '127.0.0.1' },
  );
  const direct = await limited({ failuresPerMinute: 1 });
  const codes = async (at: TestApi, addresses: string[]) => {
    const found = [];
    for (const address of addresses) {
      const headers = { 'x-forwarded-for': address };
      found.push((await at.as('evg_wrong').request('GET', '/v1/fleet', { headers })).status);
    }
    return found;
  };
  expect(await codes(proxied, ['203.0.113.1', '203.0.113.2', '203.0.113.1'])).toEqual([401, 401, 429]);
  expect(await codes(direct, ['203.0.113.1', '203.0.113.2'])).toEqual([401, 429]);
  // One network has more addresses than can be counted.
  expect(await codes(proxied, ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'])).toEqual([401, 429]);
});

describe('uses of the scope token are counted', () => {
  const usesOf = async (id: string, query = '') => (await api.get(`/v1/token-uses?keyId=${id}${query}`)).body;
  const report = { version: 1, code: 190, wait: false };

  test('per key, integration and minute', async () => {
    const one = (await stack.connect('one', { start: false })).id;
    const two = (await stack.connect('two', { start: false })).id;
    const { id, key } = (await api.post('/v1/api-keys', { name: 'inbox', scopes: ['token'] })).body;
    const get = (of: string) => api.as(key).get(`/v1/integrations/${of}/token`);
    const minute = () =>
      new Date(Math.floor(stack.simulator.clock.now() / MINUTE_MS) * MINUTE_MS).toISOString();
    stack.simulator.clock.advance(MINUTE_MS - (stack.simulator.clock.now() % MINUTE_MS));
    const first = minute();
    await Promise.all([get(one), get(one), get(two)]);
    await api.as(key).post(`/v1/integrations/${one}/token-rejections`, report);
    stack.simulator.clock.advance(MINUTE_MS);
    const second = minute();
    await get(one);
    const expected = [
      { integrationId: one, minute: second, uses: 1 },
      ...[
        { integrationId: one, minute: first, uses: 3 },
        { integrationId: two, minute: first, uses: 1 },
      ].sort((a, b) => (a.integrationId < b.integrationId ? 1 : -1)),
    ];
    expect(await usesOf(id)).toEqual({ data: expected, nextCursor: null });
    const page = await usesOf(id, '&limit=2');
    expect(page.data).toEqual(expected.slice(0, 2));
    expect((await usesOf(id, `&limit=2&cursor=${page.nextCursor}`)).data).toEqual(expected.slice(2));
    await api.delete(`/v1/api-keys/${id}`);
    expect((await usesOf(id)).data).toHaveLength(3);
  });

  test('for the bootstrap key as well, and not when nothing was handed out', async () => {
    const { id } = await stack.connect('booted', { start: false });
    await api.get(`/v1/integrations/${id}/token`);
    const { data } = await usesOf('bootstrap');
    expect(data).toMatchObject([{ integrationId: id, uses: 1 }]);
    await api.delete(`/v1/integrations/${id}`);
    expect((await api.get(`/v1/integrations/${id}/token`)).status).toBe(409);
    expect((await usesOf('bootstrap')).data).toEqual(data);
  });

  test('a token is handed out even when its use cannot be counted', async () => {
    const { id } = await stack.connect('uncounted', { start: false });
    await stack.pool.query('alter table token_uses rename to token_uses_away');
    expect((await api.get(`/v1/integrations/${id}/token`)).status).toBe(200);
    await stack.pool.query('alter table token_uses_away rename to token_uses');
  });
});

describe('a limit names whose it is', () => {
  const limitOf = ({ status, body }: { status: number; body: { limitOf?: string; detail?: string } }) => [
    status,
    body.limitOf,
    body.detail,
  ];
  const page = (at: TestApi, token: string, path = '/v1/integrations') =>
    at.as(token).request('GET', path, { headers: { origin: 'https://app.shopdesk.example' } });
  const tokenOf = async (at: TestApi, ownerRef: string, key = API_KEY) =>
    (await at.as(key).post('/v1/embed-tokens', { ownerRef })).body.token as string;

  test('of the key, and of the address', async () => {
    const at = await limited({ requestsPerMinute: 1, failuresPerMinute: 1 });
    await at.get('/v1/fleet');
    expect(limitOf(await at.get('/v1/fleet'))).toEqual([
      429,
      'key',
      expect.stringContaining('This API key may'),
    ]);
    await at.as('evg_wrong').get('/v1/fleet');
    expect(limitOf(await at.as('evg_wrong').get('/v1/fleet'))).toEqual([
      429,
      'address',
      expect.stringContaining('this address'),
    ]);
  });

  test('of an embed token, which counts for no key and no other token', async () => {
    const at = await limited({ requestsPerMinute: 4, embedTokenPerMinute: 3 });
    const [one, other] = [await tokenOf(at, 'owner-1'), await tokenOf(at, 'owner-1')];
    for (let times = 0; times < 3; times++) expect((await page(at, one)).status).toBe(200);
    const refused = await page(at, one);
    expect(limitOf(refused)).toEqual([429, 'embed_token', expect.stringContaining('This embed token may')]);
    // The page can read why.
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.shopdesk.example');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await page(at, other)).status).toBe(200);
    // Two requests made the tokens: the key has two left.
    expect([(await at.get('/v1/fleet')).status, (await at.get('/v1/fleet')).status]).toEqual([200, 200]);
    expect((await at.get('/v1/fleet')).status).toBe(429);
    expect((await page(at, other)).status).toBe(200);
  });

  test('of an owner, over all tokens of theirs and whoever made them', async () => {
    const at = await limited({ ownerPerMinute: 3 });
    const { key } = (await api.post('/v1/api-keys', { name: 'app', scopes: ['operate'] })).body;
    const tokens = [
      await tokenOf(at, 'owner-1'),
      await tokenOf(at, 'owner-1'),
      await tokenOf(at, 'owner-1', key),
    ];
    for (const token of tokens) expect((await page(at, token)).status).toBe(200);
    expect(limitOf(await page(at, tokens[0]!))).toEqual([
      429,
      'owner',
      expect.stringContaining('this owner'),
    ]);
    expect((await page(at, await tokenOf(at, 'owner-2'))).status).toBe(200);
  });

  test('embed tokens that are over or revoked are no guesses, and are limited all the same', async () => {
    const at = await limited({ failuresPerMinute: 1, embedTokenPerMinute: 3 });
    const { id, token } = (await at.post('/v1/embed-tokens', { ownerRef: 'owner-1' })).body;
    await at.delete(`/v1/embed-tokens/${id}`);
    for (const status of [401, 401, 401, 429]) expect((await page(at, token)).status).toBe(status);
    // Forged ones are.
    for (const status of [401, 429]) expect((await page(at, `${token.slice(0, -2)}AA`)).status).toBe(status);
  });

  test('of a console session', async () => {
    const at = await limited({ sessionPerMinute: 2 });
    const signIn = async () => {
      const browser = at.browser();
      await browser.request('POST', '/console/sign-in', {
        headers: { origin: at.url, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ key: API_KEY }).toString(),
      });
      return browser;
    };
    const [one, other] = [await signIn(), await signIn()];
    for (const status of [200, 200, 429]) expect((await one.get('/console')).status).toBe(status);
    const refused = await one.get('/console');
    expect(refused.body).toContain('This console session may send 2 requests a minute.');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await other.get('/console')).status).toBe(200);
  });

  test('is described in the API', async () => {
    const { body } = await api.get('/openapi.json');
    expect(body.components.schemas.Problem.properties.limitOf.enum).toEqual([...LIMITED]);
  });
});

describe('links are limited', () => {
  const create = async (at: TestApi) =>
    (await at.post('/v1/integrations', { provider: 'instagram', ownerRef: 'owner-1' })).body
      .connectUrl as string;
  const titleOf = ({ body }: { body: string }) => /<h1[^>]*>(.*?)<\/h1>/.exec(body)?.[1];

  test('each by itself, however it is used, with a page for people', async () => {
    const at = await limited({ linkPerMinute: 3 });
    const [one, other] = [await create(at), await create(at)];
    const uses = [
      () => at.browser().get(one),
      () => at.browser().request('POST', one),
      () => at.browser().request('POST', `${one}/check`),
      () => at.browser().get(one.replace('/connect/e', '/connect/%65')),
      () => at.browser().request('POST', one),
      () => at.browser().request('POST', `${one}/new-link`),
    ];
    const answers = [];
    for (const use of uses) answers.push(await use());
    expect(answers.slice(0, 3).some(({ status }) => status === 429)).toBe(false);
    for (const answer of answers.slice(3)) {
      expect([answer.status, titleOf(answer)]).toEqual([429, 'Too many requests']);
      expect(answer.body).toContain('This link has been opened too often.');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await at.browser().get(other)).status).toBe(200);
  });

  test('with the rounds that they began, which go on afterwards', async () => {
    const at = await limited({ linkPerMinute: 3 });
    const browser = at.browser();
    const link = await create(at);
    const state = new URL(
      (await browser.request('POST', link)).headers.get('location') ?? '',
    ).searchParams.get('state');
    const back = `/oauth/instagram/callback?state=${state}&code=AQ`;
    const statuses = [];
    for (const code of [1, 2, 3]) statuses.push((await browser.get(back + code)).status);
    expect(statuses).toEqual([502, 502, 429]);
    const calls = () =>
      stack.simulator.requests().filter(({ path }) => path === '/oauth/access_token').length;
    const before = calls();
    await browser.get(`${back}4`);
    expect(calls()).toBe(before);
  });

  test('per address, guessed ones and unknown rounds too', async () => {
    const at = await limited({ connectsPerMinute: 2 });
    const paths = [
      '/connect/x.y',
      '/oauth/instagram/callback?state=x',
      '/connect/x.y',
      '/oauth/instagram/callback',
    ];
    const statuses = [];
    for (const path of paths) statuses.push((await at.browser().get(path)).status);
    expect(statuses).toEqual([410, 410, 429, 429]);
    expect((await at.browser().get('/connect/x.y')).body).toContain('from your network');
    expect((await at.get('/v1/fleet')).status).toBe(200);
  });
});
