import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import pino from 'pino';
import { type TestApi, startApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';

let stack: Stack;
let api: TestApi;
let id: string;
useApi((started) => ({ stack, api } = started), { workers: false });
beforeAll(async () => {
  ({ id } = await stack.connect('target', { start: false }));
});

const isProblem = { type: expect.any(String), title: expect.any(String), detail: expect.any(String) };

/** A request that fetch would not make. */
function raw(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return rawAt(api.url, path, headers, method);
}

function rawAt(base: string, path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(base);
    const request = rawRequest(
      { host: url.hostname, port: url.port, path, method, headers, setHost: false },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.end();
  });
}

const ID_ROUTES: [string, string, object?][] = [
  ['GET', ''],
  ['PATCH', '', { externalId: 'x' }],
  ['DELETE', ''],
  ['GET', '/events'],
  ['GET', '/token'],
  ['POST', '/connect-links'],
  ['POST', '/token-rejections', { version: 1, code: 190 }],
  ['POST', '/ensure-fresh'],
  ['POST', '/refresh'],
  ['POST', '/recheck'],
  ['POST', '/pause'],
  ['POST', '/resume'],
  ['GET', '/conversations'],
  ['GET', '/conversations/c1/messages'],
  ['POST', '/messages', { recipientId: '1', text: 'x' }],
];

describe('ids', () => {
  test.each(ID_ROUTES.map(([method, path, body]) => ({ method, path, body })))(
    '$method /v1/integrations/{unknown}$path answers 404',
    async ({ method, path, body }) => {
      for (const unknown of ['int_000000000000000000000000', 'x']) {
        const answer = await api.request(method, `/v1/integrations/${unknown}${path}`, {
          body,
          headers: { 'idempotency-key': 'k' },
        });
        expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
      }
    },
  );

  test.each([
    '%00',
    'int_%00',
    '..%2f..%2fetc',
    "'%20or%201=1--",
    '%F0%9F%98%80',
    '%FF%FE',
    '%',
    '%E0%A4%A',
    '__proto__',
    'constructor',
    'x'.repeat(5_000),
  ])('an id of odd characters is not found, on every route: %s', async (odd) => {
    for (const [method, path, body] of ID_ROUTES) {
      const answer = await api.request(method, `/v1/integrations/${odd}${path}`, {
        body,
        headers: { 'idempotency-key': 'k' },
      });
      expect([400, 404]).toContain(answer.status);
      expect(answer.body).toMatchObject(isProblem);
    }
  });

  test('a page that does not exist is a problem document too', async () => {
    const { status, headers, body } = await api.get('/v2/nothing');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toEqual({
      type: `${api.url}/docs#not_found`,
      title: 'Not found',
      status: 404,
      detail: expect.any(String),
      code: 'not_found',
    });
    const put = await api.request('PUT', `/v1/integrations/${id}`, { body: {} });
    expect([put.status, put.body.code, put.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      'DELETE, GET, PATCH',
    ]);
    expect((await api.post('/v1/integrations', ' \r\n')).status).toBe(400);
  });
});

describe('keys', () => {
  test.each([
    ['none', null],
    ['a wrong one', 'evg_wrong'],
    ['one with spaces', 'two words'],
    ['a very long one', 'k'.repeat(5_000)],
  ])('%s: 401, and how to authenticate', async (_, key) => {
    for (const path of ['/v1/integrations', `/v1/integrations/${id}/token`, '/v1/fleet', '/v1/nothing']) {
      const { status, headers, body } = await api.as(key).get(path);
      expect([status, body.code]).toEqual([401, 'unauthorized']);
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('another scheme is no key', async () => {
    const headers = { authorization: `Basic ${Buffer.from('evg_test_key:').toString('base64')}` };
    expect((await api.as(null).request('GET', '/v1/fleet', { headers })).status).toBe(401);
  });

  test('without a configured key every request is refused', async () => {
    const closed = await startApi(stack, { apiKey: null });
    for (const key of ['', 'null', 'undefined', 'evg_test_key'])
      expect((await closed.as(key).get('/v1/fleet')).status).toBe(401);
    await closed.stop();
  });
});

describe('bodies', () => {
  const create = (body: unknown) => api.post('/v1/integrations', body);
  const fields = (body: { errors: { field: string }[] }) => body.errors.map(({ field }) => field).sort();

  test('every field that is wrong is named', async () => {
    const { status, headers, body } = await create({
      provider: 'facebook',
      externalId: 7,
      contact: { email: 'no address', phone: '1' },
      returnTo: 'somewhere',
      extra: true,
      grant: { accessToken: '', expiresAt: 'tomorrow' },
    });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ ...isProblem, code: 'invalid_request', status: 400 });
    expect(fields(body)).toEqual(
      [
        'provider',
        'ownerRef',
        'externalId',
        'contact.email',
        'contact.phone',
        'returnTo',
        'extra',
        'grant.accessToken',
        'grant.expiresAt',
      ].sort(),
    );
    for (const { message } of body.errors) expect(message).toEqual(expect.any(String));
  });

  test.each([
    ['no JSON', '{"provider":'],
    ['a lone word', 'hello'],
    ['single quotes', "{'provider':'instagram'}"],
  ])('%s: 400', async (_, text) => {
    const { status, body } = await create(text);
    expect([status, body.code, fields(body)]).toEqual([400, 'invalid_request', ['body']]);
  });

  test.each([
    ['an array', []],
    ['null', 'null'],
    ['a string', '"x"'],
    ['a number', '42'],
  ])('%s instead of an object: 400', async (_, value) => {
    const { status, body } = await create(value);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });

  test('a body of another type is refused, not overlooked', async () => {
    const form = await api.request('POST', `/v1/integrations/${id}/ensure-fresh`, {
      body: '{"withinDays":60}',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([form.status, fields(form.body)]).toEqual([400, ['content-type']]);
  });

  test.each(['Mars/Olympus', '', '+01:00', `Europe/${'x'.repeat(100)}`, 1, null])(
    '%p is no time zone, and is refused by name',
    async (timeZone) => {
      const { status, body } = await api.post(`/v1/integrations/${id}/ensure-fresh`, { timeZone });
      expect([status, body.code, fields(body)]).toEqual([400, 'invalid_request', ['timeZone']]);
    },
  );

  test('where a body is optional, none, an empty one and {} are the same', async () => {
    const path = `/v1/integrations/${id}/ensure-fresh`;
    for (const options of [{}, { body: {} }, { headers: { 'content-type': 'application/json' }, body: '' }])
      expect((await api.request('POST', path, options)).status).toBe(200);
    expect(fields((await api.request('POST', '/v1/integrations')).body)).toEqual(['ownerRef', 'provider']);
  });

  test('what the database cannot keep is refused by name', async () => {
    const { status, body } = await create({ provider: 'instagram', ownerRef: 'a\0b', externalId: '\0' });
    expect([status, fields(body)]).toEqual([400, ['externalId', 'ownerRef']]);
    const patched = await api.patch(`/v1/integrations/${id}`, { ownerRef: '\0' });
    expect([patched.status, fields(patched.body)]).toEqual([400, ['ownerRef']]);
  });

  test('half a character is kept as a replacement, not as an error', async () => {
    const { status, body } = await create('{"provider":"instagram","ownerRef":"\\ud800"}');
    expect([status, body.integration?.ownerRef]).toEqual([201, '\ufffd']);
  });

  test.each(['__proto__', 'constructor', 'prototype', 'toString'])(
    'a field called %s is unknown',
    async (name) => {
      const { status, body } = await create(
        `{"provider":"instagram","ownerRef":"x","${name}":{"admin":true}}`,
      );
      expect([status, fields(body)]).toEqual([400, [name]]);
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
    },
  );

  test('over 64 KiB: 413, with a length or without', async () => {
    const big = JSON.stringify({ provider: 'instagram', ownerRef: 'x'.repeat(70_000) });
    const { status, body } = await create(big);
    expect([status, body.code]).toEqual([413, 'too_large']);
    const stream = new Blob([big]).stream();
    const chunked = await fetch(`${api.url}/v1/integrations`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { authorization: 'Bearer evg_test_key', 'content-type': 'application/json' },
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });
});

describe('JSON that could be read in two ways, or not at all', () => {
  const path = '/v1/integrations';
  const send = (body: string | Uint8Array, type = 'application/json') =>
    fetch(api.url + path, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer evg_test_key', 'content-type': type },
    }).then(async (response) => ({ status: response.status, body: (await response.json()) as Problem }));
  interface Problem {
    code: string;
    errors: { field: string; message: string }[];
  }
  const good = '{"provider":"instagram","ownerRef":"x"}';

  test.each([
    ['nested 33 levels deep', `{"a":${'['.repeat(32)}${']'.repeat(32)}}`, 'body', 'deep'],
    ['nested without end', '['.repeat(60_000) + ']'.repeat(0), 'body', 'JSON'],
    ['nested 30,000 levels deep', '['.repeat(30_000) + ']'.repeat(30_000), 'body', 'deep'],
    ['with a field twice', '{"provider":"instagram","ownerRef":"x","ownerRef":"y"}', 'ownerRef', 'repeated'],
    [
      'with a field twice in another spelling',
      '{"ownerRef":"x","owner\\u0052ef":"y"}',
      'ownerRef',
      'repeated',
    ],
    ['with __proto__ twice', '{"__proto__":{"a":1},"__proto__":{"a":2}}', '__proto__', 'repeated'],
  ])('%s: 400', async (_, body, field, message) => {
    const answer = await send(body);
    expect([answer.status, answer.body.code, answer.body.errors]).toEqual([
      400,
      'invalid_request',
      [{ field, message: expect.stringContaining(message) }],
    ]);
  });

  test('brackets inside of texts are no levels', async () => {
    const ownerRef = `${'['.repeat(60)}\\"{{\\\\`;
    expect((await send(`{"provider":"instagram","ownerRef":"${ownerRef}"}`)).status).toBe(201);
    const long = JSON.stringify({ provider: 'instagram', ownerRef: '"\\['.repeat(10_000) });
    expect((await send(long)).body.errors[0]?.field).toBe('ownerRef');
  });

  test.each([
    ['Latin-1', Buffer.from('{"provider":"instagram","ownerRef":"Zo\xeb"}', 'latin1')],
    ['a character cut in half', Buffer.concat([Buffer.from(good), Buffer.from([0xe2, 0x82])])],
    ['an overlong character', Buffer.concat([Buffer.from([0xc0, 0xa2]), Buffer.from(good)])],
    ['UTF-16', Buffer.from(good, 'utf16le')],
    ['gzip', gzipSync(good)],
  ])('%s is no UTF-8: 400', async (_, body) => {
    const { status, body: problem } = await send(body);
    expect([status, problem.errors.map(({ field }) => field)]).toEqual([400, ['body']]);
  });

  test('another charset is refused by its name, UTF-8 is not', async () => {
    for (const type of ['application/json; charset=utf-8', 'application/json;charset="UTF-8"'])
      expect((await send(good, type)).status).toBe(201);
    for (const type of ['application/json; charset=iso-8859-1', 'application/json; charset=utf-16'])
      expect((await send(good, type)).body.errors[0]?.field).toBe('body');
  });

  test('a body where none is expected is read as strictly', async () => {
    const answer = await api.request('DELETE', `/v1/integrations/${id}`, { body: '{' });
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'body']);
    expect((await stack.row(id)).state).toBe('active');
  });

  test('a key of a name that the database cannot keep is refused', async () => {
    const { status, body } = await api.post('/v1/api-keys', {
      name: 'a\0b',
      scopes: ['read'],
      ownerRefs: ['\0'],
    });
    expect([status, body.errors.map(({ field }: { field: string }) => field).sort()]).toEqual([
      400,
      ['name', 'ownerRefs.0'],
    ]);
  });
});

describe('queries', () => {
  test.each([
    ['state', 'state=lost'],
    ['reason', 'reason=tired'],
    ['limit', 'limit=0'],
    ['limit', 'limit=201'],
    ['limit', 'limit=many'],
    ['expiringWithinDays', 'expiringWithinDays=soon'],
    ['expiringWithinDays', 'expiringWithinDays=-1'],
    ['ownerRef', 'ownerRef=%00'],
    ['externalId', 'externalId=a%00'],
    ['accountId', 'accountId=%00'],
    ['state', 'state=active&state=expired'],
    ['stat', 'stat=active'],
  ])('a list with a bad %s is refused: %s', async (field, query) => {
    const { status, body } = await api.get(`/v1/integrations?${query}`);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  test.each([
    ['nonsense', 'nonsense'],
    ['empty', ''],
    ['no list', encoded({})],
    ['beyond all time', encoded([Number.MAX_SAFE_INTEGER, 'int_1'])],
    ['negative', encoded([-1, 'int_1'])],
    ['not a number', encoded(['now', 'int_1'])],
    ['with a null byte', encoded([1, 'int_\0'])],
    ['with a quote', encoded([1, "' or 1=1"])],
    ['with more in it', encoded([1, 'int_1', 2])],
    ['null', encoded(null)],
  ])('a cursor that is %s is refused', async (_, cursor) => {
    const { status, body } = await api.get(`/v1/integrations?cursor=${encodeURIComponent(cursor)}`);
    expect([status, body.errors[0].field]).toEqual([400, 'cursor']);
  });

  test.each([
    ['/v1/events?after=evt_unknown', 'after'],
    ['/v1/events?after=%00', 'after'],
    ['/v1/events?type=nothing.happened', 'type'],
    ['/v1/events?limit=501', 'limit'],
    ['EVENTS?cursor=evt_unknown', 'cursor'],
    ['EVENTS?cursor=%00', 'cursor'],
    ['CONVERSATIONS?limit=101', 'limit'],
    ['CONVERSATIONS?cursor=a%26access_token%3Db', 'cursor'],
    ['CONVERSATIONS?cursor=%00', 'cursor'],
    ['CONVERSATIONS/a%7Bb%7D/messages', 'conversationId'],
    ['CONVERSATIONS/%00/messages', 'conversationId'],
  ])('%s is refused by the name of the field', async (path, field) => {
    const of = `/v1/integrations/${id}`;
    const { status, body } = await api.get(
      path.replace('EVENTS', `${of}/events`).replace('CONVERSATIONS', `${of}/conversations`),
    );
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });
});

describe('where a request comes from', () => {
  const bearer = { authorization: 'Bearer evg_test_key' };

  test('names that are not ours are refused, so that no foreign page reaches a local server', async () => {
    const { host, port } = new URL(api.url);
    for (const good of [host, `localhost:${port}`, `[::1]:${port}`, '127.0.0.1'])
      expect(await raw('/v1/fleet', { ...bearer, host: good })).toBe(200);
    for (const bad of [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example`,
      'localhost.evil',
      '0',
    ])
      expect(await raw('/v1/fleet', { ...bearer, host: bad })).toBe(403);
    expect(await raw('/connect/x', { host: 'evil.example' })).toBe(403);
  });

  test('a server that others reach answers under its public name and those allowed, on every page', async () => {
    const user = { 'x-user': 'alice' };
    const open = await startApi(stack, {
      site: {
        publicUrl: 'https://evergrant.shopdesk.example',
        allowedHosts: ['evergrant-api', '10.0.0.7', 'inside.example:3000'],
        isTrustedProxy: () => true,
        trustedUserHeader: 'x-user',
      },
    });
    const status = (path: string, host: string) => rawAt(open.url, path, { ...bearer, ...user, host });
    for (const good of [
      ...['evergrant.shopdesk.example', 'evergrant.shopdesk.example:443', 'EVERGRANT.shopdesk.example'],
      ...['evergrant-api', 'evergrant-api:3000', '10.0.0.7:3000', 'inside.example:3000', 'localhost:9'],
    ]) {
      expect([good, await status('/v1/fleet', good)]).toEqual([good, 200]);
      expect([good, await status('/console/settings', good)]).toEqual([good, 200]);
    }
    for (const bad of [
      'evil.example',
      'inside.example',
      'inside.example:3001',
      'x.evergrant-api',
      '10.0.0.70',
    ]) {
      for (const path of [
        '/v1/fleet',
        '/console/settings',
        '/connect/x',
        '/openapi.json',
        '/embed/banner.js',
      ])
        expect([bad, path, await status(path, bad)]).toEqual([bad, path, 403]);
      // A probe names the address of whatever it found.
      for (const path of ['/healthz', '/readyz', '/readyz/serve'])
        expect([bad, path, await status(path, bad)]).toEqual([bad, path, 200]);
    }
    await open.stop();
  });

  test('foreign pages cannot make a browser change anything', async () => {
    const post = (origin: string) =>
      api.request('POST', `/v1/integrations/${id}/pause`, { headers: { origin } });
    for (const origin of ['https://evil.example', 'null', 'https://app.shopdesk.example.evil.example'])
      expect([origin, (await post(origin)).status]).toEqual([origin, 403]);
    for (const origin of [api.url, 'https://app.shopdesk.example'])
      expect((await post(origin)).status).toBe(200);
    const read = await api.request('GET', '/v1/fleet', { headers: { origin: 'https://evil.example' } });
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a body that does not arrive whole is not logged as our error', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const watched = await startApi(stack, { logger });
    const { hostname, port } = new URL(watched.url);
    const start = `POST /v1/integrations HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer evg_test_key\r\n`;
    for (const rest of [
      'content-length: 9\r\n\r\n{',
      'transfer-encoding: chunked\r\n\r\n5\r\n{',
      'transfer-encoding: x\r\n\r\n',
    ]) {
      const socket = connect(Number(port), hostname, () => socket.end(start + rest));
      socket.resume();
      await new Promise((resolve) => socket.on('close', resolve));
    }
    expect((await watched.get('/v1/fleet')).status).toBe(200);
    await watched.stop();
    expect(lines).toEqual([]);
  });

  test('what is no HTTP at all ends the connection, not the server', async () => {
    const { hostname, port } = new URL(api.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write('\0\x16\x03\x01nonsense\r\n\r\n'));
      let text = '';
      socket.on('data', (data) => (text += data.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400/);
    expect((await api.as(null).get('/healthz')).status).toBe(200);
  });
});
