import { type TestApi, startApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started), { workers: false });

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
