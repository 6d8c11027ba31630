// The product's own backend, in small: the page, embed tokens for the signed-in user, and the inbox.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { moduleOf } from './react-in-the-browser.mjs';

const { EVERGRANT_URL = 'http://127.0.0.1:3000', EVERGRANT_API_KEY, PORT = '5173' } = process.env;
/** Yours comes from the caller's session, never from the request itself. */
const OWNER_REF = process.env.OWNER_REF ?? 'sandbox';

const file = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const html = () => file('index.html').replace('EVERGRANT_URL', EVERGRANT_URL);

async function evergrant(path, options = {}) {
  const authorization = `Bearer ${EVERGRANT_API_KEY}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${EVERGRANT_URL}/v1${path}`, { headers, ...options });
  return { status: answer.status, type: 'application/json', body: await answer.text() };
}

async function inboxOf(integrationId) {
  const id = encodeURIComponent(integrationId);
  const { body } = await evergrant(`/integrations/${id}`);
  if (JSON.parse(body).ownerRef !== OWNER_REF) return { status: 404, type: 'application/json', body: '{}' };
  return evergrant(`/integrations/${id}/conversations`);
}

async function answerTo(method, path) {
  const script = (body) => ({ status: 200, type: 'text/javascript', body });
  const [, first, ...rest] = path.split('/');
  if (path === '/') return { status: 200, type: 'text/html', body: html() };
  if (path === '/page.js' || path === '/useEvergrant.js') return script(file(path.slice(1)));
  if (first === 'modules') return script(moduleOf(rest.join('/')));
  if (path === '/api/evergrant-token' && method === 'POST')
    return evergrant('/embed-tokens', { method, body: JSON.stringify({ ownerRef: OWNER_REF }) });
  if (path.startsWith('/api/conversations/')) return inboxOf(rest[1]);
  return { status: 404, type: 'text/plain', body: 'not found' };
}

const server = createServer((request, response) => {
  answerTo(request.method, new URL(request.url, 'http://localhost').pathname)
    .catch(({ message }) => ({ status: 503, type: 'text/plain', body: message }))
    .then(({ status, type, body }) =>
      response
        .writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
        .end(body),
    );
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
