import { randomBytes } from 'node:crypto';
import { createRoute } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';
import { newId } from '../../adapters/ids';
import { OutgoingFailure } from '../../adapters/outgoing/failure';
import { sendSigned } from '../../adapters/outgoing/send-signed';
import {
  MAX_WEBHOOK_ENDPOINTS,
  type WebhookEndpoint as Row,
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  listWebhookEndpoints,
  openWebhookEndpoint,
} from '../../adapters/postgres/webhook-endpoints';
import { cloudEvent } from '../../core/cloud-event';
import { Secret } from '../../core/secret';
import { type Env, requireScope } from '../auth';
import { type HttpDeps } from '../deps';
import { Problem, invalidField, notFound } from '../problems';
import { body, createRouter, json, problems, secured } from '../router';
import {
  CreatedWebhookEndpoint,
  NewWebhookEndpoint,
  type WebhookEndpoint,
  WebhookEndpoints,
  WebhookTest,
  webhookIdParam as params,
} from '../webhook-schemas';

/** Endpoints hear of everybody's events, which a key of some owners may not. */
const refuseLimited = createMiddleware<Env>(async (c, next) => {
  if (c.get('caller').ownerRefs !== null)
    throw new Problem(
      'forbidden',
      'Webhooks tell of the events of all owners, and this key is limited to some. Use one without ownerRefs.',
    );
  await next();
});
const middleware = [requireScope('admin'), refuseLimited];

const list = createRoute({
  method: 'get',
  path: '/webhook-endpoints',
  summary: 'Endpoints that are told of events, oldest first, without their secrets',
  security: secured,
  middleware,
  responses: { 200: json(WebhookEndpoints, 'The endpoints'), ...problems },
});

const create = createRoute({
  method: 'post',
  path: '/webhook-endpoints',
  summary: 'Add an endpoint',
  description: `The secret that its deliveries are signed with is in this answer and never again. At most ${MAX_WEBHOOK_ENDPOINTS}.`,
  security: secured,
  middleware,
  request: { body: body(NewWebhookEndpoint) },
  responses: { 201: json(CreatedWebhookEndpoint, 'The endpoint'), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path: '/webhook-endpoints/{id}',
  summary: 'Remove an endpoint and its secret',
  security: secured,
  middleware,
  request: { params },
  responses: { 204: { description: 'It is told nothing more' }, ...problems },
});

const test = createRoute({
  method: 'post',
  path: '/webhook-endpoints/{id}/test',
  summary: 'Send a signed event of the type evergrant.test',
  description: 'Waits at most 15 seconds. Of what the endpoint answers only the status is told.',
  security: secured,
  middleware,
  request: { params },
  responses: { 200: json(WebhookTest, 'What became of it'), ...problems },
});

export function webhookEndpointRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(list, async (c) =>
      c.json({ data: (await listWebhookEndpoints(deps.pool)).map(viewOf), nextCursor: null }, 200),
    )
    .openapi(create, async (c) => {
      const { url, events } = c.req.valid('json');
      await refuseForbidden(deps, url);
      const secret = new Secret(`whsec_${randomBytes(32).toString('base64')}`);
      const wanted = { url, events: [...new Set(events)], secret };
      const endpoint = await createWebhookEndpoint(deps.pool, deps.sealer, wanted, deps.clock.now());
      if (!endpoint)
        throw new Problem(
          'forbidden',
          `There are ${MAX_WEBHOOK_ENDPOINTS} endpoints already. Remove one first.`,
        );
      return c.json({ ...viewOf(endpoint), secret: secret.reveal() }, 201);
    })
    .openapi(remove, async (c) => {
      if (!(await deleteWebhookEndpoint(deps.pool, c.req.valid('param').id))) throw notFound('endpoint');
      return c.body(null, 204);
    })
    .openapi(test, async (c) => {
      const { id } = c.req.valid('param');
      const endpoint = await openWebhookEndpoint(deps.pool, deps.sealer, id);
      if (!endpoint) throw notFound('endpoint');
      return c.json(await sendTest(deps, id, endpoint), 200);
    });
}

/** @throws Problem that names the field */
async function refuseForbidden(deps: HttpDeps, url: string): Promise<void> {
  await deps.outgoing.check(url).catch((error: unknown) => {
    if (!(error instanceof OutgoingFailure)) throw error;
    throw invalidField('url', 'must be https, of a public address and without credentials');
  });
}

async function sendTest(deps: HttpDeps, id: string, to: { url: string; secret: Secret }) {
  const event = cloudEvent(deps.site.publicUrl, {
    id: newId('evt'),
    type: 'evergrant.test',
    subject: id,
    at: deps.clock.now(),
    data: { endpointId: id },
  });
  try {
    const { status, durationMs } = await sendSigned(deps.outgoing, to, event);
    return { delivered: status >= 200 && status < 300, status, durationMs, error: null };
  } catch (error) {
    if (!(error instanceof OutgoingFailure)) throw error;
    const { code, message: text, durationMs } = error;
    return { delivered: false, status: null, durationMs, error: { code, text } };
  }
}

function viewOf({ createdAt, ...endpoint }: Row): typeof WebhookEndpoint._output {
  return { ...endpoint, createdAt: new Date(createdAt).toISOString() };
}
