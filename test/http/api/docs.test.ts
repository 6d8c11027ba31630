import { gzipSync } from 'node:zlib';
import { createEvergrantClient } from '../../../client/evergrant-client';
import { DAY_MS } from '../../../core/time';
import { type Document, operationsOf } from '../../../http/api/docs/document';
import { PROBLEMS } from '../../../http/problems';
import { type TestApi, startApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started), {
  workers: false,
  // Of the examples.
  api: () => ({ site: { appOrigins: ['https://app.example.com'] } }),
});

test('the reference is built once, however often it is asked for', async () => {
  let build: jest.SpyInstance | undefined;
  const fresh = await startApi(stack, {}, (app) => (build = jest.spyOn(app, 'getOpenAPI31Document')));
  const open = fresh.as(null);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, turn) => open.get(turn % 2 ? '/docs' : '/openapi.json')),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(build).toHaveBeenCalledTimes(1);
  await fresh.stop();
});

test('a client that has the document is told so', async () => {
  const { headers, body } = await api.as(null).get('/openapi.json');
  expect(headers.get('cache-control')).toBe('no-cache');
  expect(headers.get('content-type')).toContain('application/json');
  expect(Object.keys(body.paths)).toContain('/v1/fleet');
  const again = await api.as(null).request('GET', '/openapi.json', {
    headers: { 'if-none-match': headers.get('etag') ?? '' },
  });
  expect([again.status, again.body]).toEqual([304, null]);
});

test('the page shows every route, each time with the nonce of its own answer', async () => {
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const { headers, body } = await api.as(null).get('/docs');
      expect(body).toContain('GET /v1/fleet');
      const nonce = /nonce="([^"]+)"/.exec(body as string)?.[1] ?? '';
      expect(headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
      return nonce;
    }),
  );
  expect(new Set(nonces).size).toBe(2);
});

test('every operation, schema and error has an anchor of its own, and every link leads to one', async () => {
  const document = (await api.as(null).get('/openapi.json')).body as Document;
  const page = (await api.as(null).get('/docs')).body as string;
  const anchors = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(anchors.filter((id, at) => anchors.indexOf(id) !== at)).toEqual([]);
  const operations = operationsOf(document).map(({ id }) => id);
  const schemas = Object.keys(document.components.schemas).map((name) => `schema-${name}`);
  expect(operations.length).toBeGreaterThan(50);
  expect(anchors).toEqual(expect.arrayContaining([...operations, ...Object.keys(PROBLEMS), ...schemas]));
  const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.filter((id) => !anchors.includes(id))).toEqual([]);
  // What a problem document calls itself is there.
  const { type } = (await api.get('/v1/integrations/int_none')).body;
  expect(anchors).toContain(new URL(type as string).hash.slice(1));
});

test('an operation links the errors of those that it refers to', async () => {
  const page = (await api.as(null).get('/docs')).body as string;
  const [, section = ''] = /<section id="sendMessage"(.*?)<\/section>/s.exec(page) ?? [];
  const named = ['window_closed', 'other_app', 'reconnect_required', 'forbidden', 'rate_limited'];
  for (const code of named) expect(section).toContain(`href="#${code}"`);
  expect(section).not.toContain('href="#not_due"');
});

test('every client call on the page is a method of evergrant-client', async () => {
  const client = createEvergrantClient({ baseUrl: api.url, apiKey: 'none' });
  const page = (await api.as(null).get('/docs')).body as string;
  const calls = [...page.matchAll(/await evergrant\.(\w+)\(/g)].map(([, name]) => name!);
  const own = Object.keys(client).filter((name) => !['api', 'withToken'].includes(name));
  expect(calls.sort()).toEqual(own.sort());
});

test('the page is sent in less than 100 KiB', async () => {
  const answer = await fetch(`${api.url}/docs`, { headers: { 'accept-encoding': 'gzip' } });
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  const page = await answer.text();
  const plain = await fetch(`${api.url}/docs`, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect((await plain.text()).length).toBe(page.length);
  const assets = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, url]) => url!);
  const texts = await Promise.all(assets.map(async (url) => (await fetch(api.url + url)).text()));
  const bytes = [page, ...texts].map((text) => gzipSync(text).length).reduce((sum, size) => sum + size);
  expect(assets).toHaveLength(3);
  expect(bytes).toBeLessThan(100 * 1024);
});

test('every body has an example on the page, which the route takes', async () => {
  const document = (await api.as(null).get('/openapi.json')).body;
  const page = (await api.as(null).get('/docs')).body;
  const shown = new Map(
    [...(page as string).matchAll(/aria-label="Example body of (\w+ [^"]+)">([^<]*)</g)].map(
      ([, route, text]) => [
        route!,
        text!.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&'),
      ],
    ),
  );
  type Operations = Record<string, { requestBody?: { content: object } }>;
  const taking = Object.entries(document.paths as Record<string, Operations>).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { requestBody }]) => requestBody && 'application/json' in requestBody.content)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  expect(taking.length).toBeGreaterThan(10);
  expect([...shown.keys()].sort()).toEqual(taking.sort());
  const { integration } = (await api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'x' })).body;
  // No date of a page is still ahead for ever.
  const at = (days: number) => new Date(stack.simulator.clock.now() + days * DAY_MS).toISOString();
  for (const [route, example] of shown) {
    const text = example.replace(/"(\w+)": "\d{4}-\d\d-\d\dT[\d:.]+Z"/g, (_, field) =>
      JSON.stringify({ [field as string]: at(field === 'issuedAt' ? -1 : 30) }).slice(1, -1),
    );
    const [method = '', path = ''] = route.split(' ');
    const { status, body } = await api.request(method, path.replace('{id}', integration.id), {
      headers: { 'idempotency-key': route },
      body: JSON.parse(text),
    });
    // Whatever there is no such thing of, or Temporal is needed for: the body was read and understood.
    expect([route, text, body?.code === 'invalid_request' ? body : status]).toEqual([
      route,
      text,
      expect.any(Number),
    ]);
  }
});
