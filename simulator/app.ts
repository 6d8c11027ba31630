import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { type Endpoint } from './graph/call';
import { tokenOf } from './graph/caller';
import { controlRoutes } from './control';
import { endpoints } from './endpoints';
import { showConsent, takeConsent } from './endpoints/authorize';
import { exchangeCode } from './endpoints/code-exchange';
import { exchangeToken } from './endpoints/long-lived-exchange';
import { refreshToken } from './endpoints/refresh';
import { challenge, flatEnvelope, graphEnvelope, graphJson } from './graph/envelope';
import { InstagramError, refuse } from './graph/errors';
import { type SimulatorContext, type SimulatorEnv } from './http';
import { interference } from './faults/interference';
import { LIMITS } from './usage/limits';
import { frontPage } from './endpoints/pages';
import { bodyParameters, text } from './graph/parameters';
import { plainPath, versionOf } from './graph/paths';
import { checkProof } from './graph/proof';
import { requireGrant, requireScopes } from './world/tokens';
import { requireAppRoom, usageHeaders } from './usage/usage';
import { type World } from './world/world';

const JSON_TYPE = 'application/json; charset=UTF-8';
const CODE_EXCHANGE = '/oauth/access_token';

/** Instagram's hosts on one, and the control routes beside them. `closing` ends delayed answers. */
export function createApp(world: World, closing: AbortSignal): Hono<SimulatorEnv> {
  const app = new Hono<SimulatorEnv>({ getPath: plainPath });
  app.use(async (c, next) => {
    await next();
    c.header('date', new Date(world.clock.now()).toUTCString());
  });
  app.use(bodyLimit({ maxSize: LIMITS.requestBytes }));
  app.get('/', (c) => c.html(frontPage()));
  app.route('/_sim', controlRoutes(world));
  app.use(readParameters);
  app.use(interference(world, closing));
  app.use(requireWorkingApp(world));

  app.get('/oauth/authorize', (c) => showConsent(c, world));
  app.post('/oauth/authorize', (c) => takeConsent(c, world, c.get('parameters')));
  app.post(CODE_EXCHANGE, (c) =>
    c.body(exchangeCode(world, c.get('parameters')), 200, { 'content-type': JSON_TYPE }),
  );

  app.all('/access_token', (c) =>
    graphAnswer(c, world, exchangeToken(world, c.req.method, c.get('parameters'))),
  );
  app.all('/refresh_access_token', (c) =>
    graphAnswer(c, world, refreshToken(world, c.req.method, c.get('parameters'))),
  );
  for (const endpoint of endpoints) {
    app.on(endpoint.method, endpoint.path, (c) => graphAnswer(c, world, callEndpoint(c, world, endpoint)));
  }
  app.all('*', (c) => {
    const method = c.req.method.toLowerCase();
    if (c.req.path.startsWith('/oauth/')) throw refuse('unsupported_request', { method });
    requireGrant(world, text(c.get('parameters'), 'access_token'));
    const edge = c.req.path.replace(/^\/[^/]+/, '');
    throw edge === '' ? refuse('unsupported_request', { method }) : refuse('unknown_path', { path: edge });
  });
  app.onError((error, c) => {
    if (error instanceof InstagramError) return refusalAnswer(c, world, error);
    if (error instanceof HTTPException) return error.getResponse();
    return c.json({ simulatorFailed: error.message }, 500);
  });
  return app;
}

/** Body parameters win over those of the query; a bearer token counts as `access_token`. */
async function readParameters(c: SimulatorContext, next: () => Promise<void>): Promise<void> {
  const body = await bodyParameters(c);
  // Secrets and codes are not taken from the address.
  const parameters = c.req.path.startsWith('/oauth/') ? body : { ...c.req.query(), ...body };
  const token = tokenOf(parameters, c.req.header('authorization'));
  c.set('parameters', token === undefined ? parameters : { ...parameters, access_token: token });
  await next();
}

/** Refuses requests while the whole app is blocked or throttled. The authorize page stays open to people. */
function requireWorkingApp(world: World) {
  return async (c: SimulatorContext, next: () => Promise<void>): Promise<void> => {
    const { path } = c.req;
    if (path !== '/oauth/authorize' && world.state.mode.app === 'blocked') throw refuse('api_blocked');
    if (!path.startsWith('/oauth/')) requireAppRoom(world);
    await next();
  };
}

function callEndpoint(c: SimulatorContext, world: World, { scopes, answer }: Endpoint): object {
  const parameters = c.get('parameters');
  const { account, token } = requireGrant(world, text(parameters, 'access_token'));
  checkProof(world, parameters);
  requireScopes(token, scopes);
  const baseUrl = `${new URL(c.req.url).origin}/${versionOf(c.req.raw)}`;
  const { mode } = world.state;
  return answer({ account, token, id: c.req.param('id') ?? 'me', parameters, mode, baseUrl }, world);
}

function graphAnswer(c: SimulatorContext, world: World, body: object): Response {
  const isObject = !('data' in body);
  const wrapped = isObject && world.state.mode.objectAnswers === 'data_array' ? { data: [body] } : body;
  return c.body(graphJson(wrapped), 200, {
    'content-type': JSON_TYPE,
    ...usageHeaders(world, c.get('account')),
    'instagram-api-version': versionOf(c.req.raw),
  });
}

/** An error in the envelope of its host. */
function refusalAnswer(c: SimulatorContext, world: World, { refusal }: InstagramError): Response {
  const headers = { 'content-type': JSON_TYPE };
  // Hono's status types leave out what it cannot give a body.
  const status = refusal.status as 400;
  const wording = world.state.mode;
  if (c.req.path.startsWith('/oauth/')) {
    return c.body(JSON.stringify(flatEnvelope(refusal, wording)), status, headers);
  }
  return c.body(graphJson(graphEnvelope(refusal, wording, world.trace())), status, {
    ...headers,
    ...usageHeaders(world, c.get('account')),
    'instagram-api-version': versionOf(c.req.raw),
    'www-authenticate': challenge(refusal, wording),
  });
}
