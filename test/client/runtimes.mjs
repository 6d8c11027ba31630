// Calls `withToken` of the built package in any runtime, see CONTRIBUTING.md: a crowd on one dead token, then a lost one.
import { createServer } from 'node:http';
import { ReconnectRequiredError, createEvergrantClient } from '../../client/dist/index.mjs';

const CROWD = 200;
const counts = { tokens: 0, reports: 0, calls: 0 };
let version = 1;
let outcome = 'refreshed';

/** Evergrant and Instagram in one. Version 1 of the token is dead, the next one works. */
async function answer({ url }, body) {
  if (url.endsWith('/token')) {
    counts.tokens += 1;
    const expiresAt = new Date(Date.now() + 5_000_000_000);
    return [200, { accessToken: `token-${version}`, version, cacheForSeconds: 60, expiresAt }];
  }
  if (url.endsWith('/token-rejections')) {
    counts.reports += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (outcome === 'refreshed' && JSON.parse(body).version === version) version += 1;
    return [200, { outcome, integration: { reason: 'revoked', reconnectUrl: null, banner: null } }];
  }
  counts.calls += 1;
  const works = outcome === 'refreshed' && url.endsWith('=token-2');
  return works ? [200, { username: 'shop' }] : [400, { error: { code: 190, error_subcode: 463 } }];
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  const [status, json] = await answer(request, body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseUrl = `http://127.0.0.1:${server.address().port}`;

const evergrant = createEvergrantClient({ baseUrl, apiKey: 'evg_any' });
const call = () =>
  evergrant.withToken('int_1', ({ accessToken }) => fetch(`${baseUrl}/me?access_token=${accessToken}`));
const answers = await Promise.all(Array.from({ length: CROWD }, async () => (await call()).json()));
const answered = answers.filter(({ username }) => username === 'shop').length;
console.log(`${answered} of ${CROWD} callers answered:`, JSON.stringify(counts));
outcome = 'expired';
const error = await call().catch((thrown) => thrown);
console.log(`then: ${error.name} ${error.reason}`);
process.exit(answered === CROWD && error instanceof ReconnectRequiredError ? 0 : 1);
