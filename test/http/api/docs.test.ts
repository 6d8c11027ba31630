import { DAY_MS } from '../../../core/time';
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
