import { HOUR_MS } from '../../../core/time';
import { SCOPES } from '../../../core/access/scopes';
import { type TestApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';

const ORIGIN = 'https://app.shopdesk.example';

let stack: Stack;
let api: TestApi;
let mine: string;
let theirs: string;
useApi((started) => ({ stack, api } = started));
beforeAll(async () => {
  ({ id: mine } = await stack.connect('mine'));
  ({ id: theirs } = await stack.connect('theirs'));
  await api.patch(`/v1/integrations/${theirs}`, { ownerRef: 'owner-2' });
  await api.patch(`/v1/integrations/${mine}`, { contact: { email: 'ada@shopdesk.example' } });
});

const tokenOf = async (ownerRef: string, key?: string): Promise<string> => {
  const { status, body } = await (key ? api.as(key) : api).post('/v1/embed-tokens', { ownerRef });
  expect(status).toBe(201);
  return body.token;
};

/** What a page at `origin` asks with an embed token. */
function page(token: string, origin: string | null = ORIGIN) {
  const asked = api.as(token);
  const headers = origin === null ? {} : { origin };
  return {
    get: (path: string) => asked.request('GET', path, { headers }),
    post: (path: string, body: object = {}) => asked.request('POST', path, { headers, body }),
  };
}

describe('shows and keeps the connections of its owner', () => {
  test('in the list and one by one, without what only the product needs', async () => {
    const at = page(await tokenOf('owner-1'));
    const { status, body, headers } = await at.get('/v1/integrations');
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(headers.get('access-control-expose-headers')).toBe('date,retry-after');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([mine]);
    expect(body.data[0]).toMatchObject({ account: { username: 'mine' }, contact: null, temporal: null });
    expect((await at.get(`/v1/integrations/${mine}`)).body.contact).toBeNull();
    expect((await at.get('/v1/integrations?ownerRef=owner-2')).body.data).toEqual([]);
  });

  test('refreshes, looks again, and leads back to Instagram', async () => {
    const at = page(await tokenOf('owner-1'));
    const fresh = await at.post(`/v1/integrations/${mine}/ensure-fresh`, { timeZone: 'Europe/Berlin' });
    expect(fresh.body.refreshed).toBe(false);
    expect((await at.post(`/v1/integrations/${mine}/recheck`)).body.outcome).toBe('verified_ok');
    const link = await at.post(`/v1/integrations/${mine}/connect-links`, { returnTo: `${ORIGIN}/done` });
    expect([link.status, link.body.url]).toEqual([201, expect.stringContaining('/connect/')]);
    // However often a page asks, it has one link, with the way back that it wants.
    const again = await at.post(`/v1/integrations/${mine}/connect-links`, { returnTo: `${ORIGIN}/other` });
    expect(again.body).toMatchObject({ id: link.body.id, expiresAt: link.body.expiresAt });
    expect(again.body.url).not.toBe(link.body.url);
  });

  test('with the way back in what it shows, near the end', async () => {
    const { id } = await stack.connect('ending');
    await stack.pool.query('update integrations set expires_at = $2 where id = $1', [
      id,
      new Date(stack.simulator.clock.now() + 2 * HOUR_MS),
    ]);
    const { body } = await page(await tokenOf('owner-1')).get(`/v1/integrations/${id}`);
    expect(body.banner.level).toBe('warning');
    expect(body.reconnectUrl).toContain('/connect/');
  });
});

describe('opens nothing else', () => {
  test('of another owner', async () => {
    const at = page(await tokenOf('owner-1'));
    expect((await at.get(`/v1/integrations/${theirs}`)).status).toBe(404);
    for (const what of ['ensure-fresh', 'recheck', 'connect-links'])
      expect((await at.post(`/v1/integrations/${theirs}/${what}`)).status).toBe(404);
  });

  test.each([
    'GET /v1/integrations/{id}/token',
    'GET /v1/integrations/{id}/events',
    'GET /v1/integrations/{id}/conversations',
    'POST /v1/integrations/{id}/refresh',
    'POST /v1/integrations/{id}/pause',
    'DELETE /v1/integrations/{id}',
    'PATCH /v1/integrations/{id}',
    'POST /v1/integrations',
    'POST /v1/embed-tokens',
    'POST /v1/console-links',
    'GET /v1/events',
    'GET /v1/fleet',
    'GET /v1/api-keys',
  ])('%s', async (route) => {
    const [method = '', path = ''] = route.split(' ');
    const body = path.endsWith('embed-tokens')
      ? { ownerRef: 'owner-1' }
      : { provider: 'instagram', ownerRef: 'owner-1' };
    const { status } = await api.as(await tokenOf('owner-1')).request(method, path.replace('{id}', mine), {
      headers: { origin: ORIGIN },
      ...(method === 'POST' && {
        body: path === '/v1/integrations' || path.endsWith('embed-tokens') ? body : {},
      }),
      ...(method === 'PATCH' && { body: { externalId: 'x' } }),
    });
    expect(status).toBe(403);
  });
});

describe('is refused', () => {
  const refused = async (token: string, origin: string | null = ORIGIN) =>
    expect((await page(token, origin).get('/v1/integrations')).status).toBe(401);

  test.each([
    null,
    'https://evil.example',
    'null',
    'http://app.shopdesk.example',
    'https://app.shopdesk.example.evil.example',
  ])('from a page of %p', async (origin) => refused(await tokenOf('owner-1'), origin));

  test('in an address', async () => {
    const token = await tokenOf('owner-1');
    for (const name of ['token', 'access_token', 'authorization'])
      expect((await api.as(null).get(`/v1/integrations?${name}=${token}`)).status).toBe(401);
  });

  test('after an hour', async () => {
    const token = await tokenOf('owner-1');
    stack.simulator.clock.advance(HOUR_MS);
    await refused(token);
  });

  test('when the key that made it is revoked', async () => {
    const { id, key } = (await api.post('/v1/api-keys', { name: 'app', scopes: ['operate'] })).body;
    const token = await tokenOf('owner-1', key);
    expect((await page(token).get('/v1/integrations')).status).toBe(200);
    await api.delete(`/v1/api-keys/${id}`);
    await refused(token);
  });

  test('forged, cut, longer, swapped or written otherwise', async () => {
    const [one, other] = [await tokenOf('owner-1'), await tokenOf('owner-2')];
    const [payload = '', signature = ''] = one.slice('evge_'.length).split('.');
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const renamed = Buffer.from(JSON.stringify({ ...said, o: 'owner-2' })).toString('base64url');
    const last = signature.slice(-1);
    const twin = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // Unused bits at the end of base64url: the same bytes in other letters.
    const rewritten = signature.slice(0, -1) + twin[twin.indexOf(last) ^ 1];
    expect(Buffer.from(rewritten, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    const connect = new URL((await api.post(`/v1/integrations/${mine}/connect-links`)).body.url).pathname;
    for (const text of [
      `${renamed}.${signature}`,
      `${payload}.${rewritten}`,
      `${payload}.${signature}=`,
      `${payload}.${signature.slice(0, -1)}`,
      `${payload}.`,
      payload,
      `${payload}.${other.split('.')[1]}`,
      `${payload}.${signature}.${signature}`,
      // signed by us, for another purpose
      connect.replace('/connect/', ''),
    ])
      await refused(`evge_${text}`);
  });

  test('to a key for owners it may not know, and to one without the scope operate', async () => {
    const limited = (
      await api.post('/v1/api-keys', { name: 'app', scopes: ['operate'], ownerRefs: ['owner-1'] })
    ).body;
    expect((await api.as(limited.key).post('/v1/embed-tokens', { ownerRef: 'owner-2' })).status).toBe(403);
    const others = SCOPES.filter((scope) => scope !== 'operate');
    const { key } = (await api.post('/v1/api-keys', { name: 'app', scopes: others })).body;
    expect((await api.as(key).post('/v1/embed-tokens', { ownerRef: 'owner-1' })).status).toBe(403);
  });
});

test('preflight requests allow pages of the app, and no others', async () => {
  const ask = (origin: string) =>
    api.as(null).request('OPTIONS', `/v1/integrations/${mine}/ensure-fresh`, {
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const { status, headers } = await ask(ORIGIN);
  expect(status).toBe(204);
  expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type');
  expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
});
