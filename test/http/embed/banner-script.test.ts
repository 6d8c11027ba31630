import { gzipSync } from 'node:zlib';
import { type TestApi, useApi } from '../../support/api';

const PATH = '/embed/banner.js';

let api: TestApi;
useApi((started) => (api = started.api), { workers: false });

const load = (headers: Record<string, string> = {}) => api.as(null).request('GET', PATH, { headers });

test('the banner is small', async () => {
  const { body } = await load();
  expect(gzipSync(body).length).toBeLessThan(6 * 1_024);
});

test('any page may load it, as script or module; of other answers none', async () => {
  const { status, headers } = await load({ origin: 'https://anywhere.example' });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(headers.get('access-control-allow-origin')).toBe('*');
  const other = await api.as(null).get('/assets/console.js');
  expect(other.headers.get('cross-origin-resource-policy')).toBe('same-origin');
});

test('browsers keep it for minutes, then ask whether it is still the same', async () => {
  const { headers } = await load();
  expect(headers.get('cache-control')).toBe('public, max-age=300');
  const tag = headers.get('etag') ?? '';
  for (const held of [tag, tag.replace('W/', ''), `"other", ${tag}`]) {
    const answer = await load({ 'if-none-match': held });
    expect([answer.status, answer.body]).toEqual([304, null]);
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  }
  expect((await load({ 'if-none-match': '"other"' })).status).toBe(200);
});
