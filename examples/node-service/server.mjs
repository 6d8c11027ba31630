// A service that calls Instagram itself. Evergrant lends it the token and repairs what can be repaired.
import { createServer } from 'node:http';
import {
  EvergrantError,
  ReconnectRequiredError,
  createEvergrantClient,
  verifyWebhook,
} from 'evergrant-client';

const { EVERGRANT_URL, EVERGRANT_API_KEY, EVERGRANT_WEBHOOK_SECRET, PORT = '8080' } = process.env;
const instagram = process.env.INSTAGRAM_GRAPH_URL ?? 'https://graph.instagram.com';
const evergrant = createEvergrantClient({ baseUrl: EVERGRANT_URL, apiKey: EVERGRANT_API_KEY });

/** GET /profile?integration=int_… */
async function profile(url) {
  // Called a second time when Instagram answers 190 and the token was repaired.
  const answer = await evergrant.withToken(url.searchParams.get('integration'), ({ accessToken }) =>
    fetch(`${instagram}/v25.0/me?fields=id,username&access_token=${accessToken}`),
  );
  return { status: answer.status, body: await answer.json() };
}

/** POST /hooks/evergrant: what Evergrant tells us. */
async function hook(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const event = verifyWebhook(Buffer.concat(chunks).toString(), request.headers, EVERGRANT_WEBHOOK_SECRET);
  console.log(`${event.type} ${event.subject ?? ''}`);
  return { status: 204 };
}

/** What the service's own callers are told. */
function refusal(error) {
  if (error instanceof ReconnectRequiredError)
    return { status: 409, body: { reconnect: error.reconnectUrl, why: error.reason } };
  if (error instanceof EvergrantError)
    return { status: error.status || 503, body: { code: error.code }, retryAfter: error.retryAfterSeconds };
  return { status: 400, body: { code: 'refused' } };
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const route = { 'GET /profile': () => profile(url), 'POST /hooks/evergrant': () => hook(request) };
  const handle = route[`${request.method} ${url.pathname}`] ?? (() => ({ status: 404 }));
  const { status, body, retryAfter } = await Promise.resolve().then(handle).catch(refusal);
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter && { 'retry-after': String(retryAfter) }),
  });
  response.end(body && JSON.stringify(body));
});
server.listen(Number(PORT), '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
