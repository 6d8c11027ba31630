'use strict';
// A product's own app, as small as can be: it shows one page and gets embed tokens from Evergrant. No dependency.
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');

const { EVERGRANT_URL = 'http://127.0.0.1:3000', EVERGRANT_KEY, PORT = '8080' } = process.env;
if (!EVERGRANT_KEY) {
  console.error('Set EVERGRANT_KEY to an API key with the scope operate.');
  process.exit(1);
}
const evergrant = new URL(EVERGRANT_URL).origin;

const read = (name) => readFileSync(join(__dirname, 'public', name), 'utf8');
const files = {
  '/': ['text/html', read('index.html').replaceAll('{{evergrant}}', evergrant)],
  '/page.js': ['text/javascript', read('page.js')],
  '/page.css': ['text/css', read('page.css')],
};
const policy = [
  "default-src 'none'",
  `script-src 'self' ${evergrant}`,
  `connect-src 'self' ${evergrant}`,
  "style-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Who is signed in. Your app asks its session; never take this from what the page sends. */
function ownerOf(request) {
  void request;
  return process.env.OWNER_REF ?? 'acme';
}

async function embedToken(ownerRef) {
  const answer = await fetch(`${evergrant}/v1/embed-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${EVERGRANT_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ownerRef }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`Evergrant answered ${answer.status}`);
  return (await answer.json()).token;
}

const server = createServer(async (request, response) => {
  const send = (status, type, body) =>
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
  response.setHeader('content-security-policy', policy);
  response.setHeader('cache-control', 'no-store');
  try {
    const { pathname } = new URL(request.url, 'http://localhost');
    if (request.method === 'POST' && pathname === '/embed-token')
      send(200, 'application/json', JSON.stringify({ token: await embedToken(ownerOf(request)) }));
    else if (request.method === 'GET' && Object.hasOwn(files, pathname)) send(200, ...files[pathname]);
    else send(404, 'text/plain', 'There is no such page.');
  } catch (error) {
    console.error(error.message);
    send(502, 'text/plain', 'Evergrant gave no token.');
  }
});

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
