import { createLimits } from '../../../http/middleware/limits';
import { MINUTE_MS } from '../../../core/time';
import { API_KEY, type TestApi, startApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';
import { afterwards } from '../../support/temporary-folder';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started), { workers: false });

async function limited(wanted: Partial<Parameters<typeof createLimits>[0]>, site = {}): Promise<TestApi> {
  const at = await startApi(stack, {
    limits: createLimits({ requestsPerMinute: 1_000, failuresPerMinute: 1_000, ...wanted }),
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
