import {
  MAX_WEBHOOK_ENDPOINTS,
  type WebhookEndpoint as Row,
  listWebhookEndpoints,
} from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { addEndpoint, changeEndpoint, removeEndpoint, rotateSecret, testEndpoint } from './endpoint-actions';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { iso } from '../integrations/integration-view';
import { requireUnlimitedCaller } from '../../middleware/require-unlimited';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import {
  ChangedWebhookEndpoint,
  CreatedWebhookEndpoint,
  NewWebhookEndpoint,
  RotatedWebhookSecret,
  WebhookEndpoint,
  WebhookEndpoints,
  WebhookTest,
  webhookIdParam as params,
} from './webhook-schemas';

const middleware = [requireScope('admin'), requireUnlimitedCaller];

const list = strictRoute({
  method: 'get',
  path: '/webhook-endpoints',
  operationId: 'listWebhookEndpoints',
  tags: ['Webhooks'],
  summary: 'List webhook endpoints, oldest first',
  security: secured,
  middleware,
  responses: { 200: json(WebhookEndpoints, 'The endpoints, without their secrets'), ...problems },
});

const create = strictRoute({
  method: 'post',
  path: '/webhook-endpoints',
  operationId: 'createWebhookEndpoint',
  tags: ['Webhooks'],
  summary: 'Add a webhook endpoint',
  description: `The signing secret is in this response only. The limit is ${MAX_WEBHOOK_ENDPOINTS} endpoints. Errors: \`invalid_request\` for a URL that may not be called, \`forbidden\` beyond the limit.`,
  security: secured,
  middleware,
  request: { body: body(NewWebhookEndpoint) },
  responses: { 201: json(CreatedWebhookEndpoint, 'The endpoint, with its secret'), ...problems },
});

const remove = strictRoute({
  method: 'delete',
  path: '/webhook-endpoints/{id}',
  operationId: 'removeWebhookEndpoint',
  tags: ['Webhooks'],
  summary: 'Remove a webhook endpoint',
  security: secured,
  middleware,
  request: { params },
  responses: { 204: { description: 'Removed, with its secret and its deliveries' }, ...problems },
});

const change = strictRoute({
  method: 'patch',
  path: '/webhook-endpoints/{id}',
  operationId: 'updateWebhookEndpoint',
  tags: ['Webhooks'],
  summary: 'Enable, disable or change a webhook endpoint',
  description:
    'A disabled endpoint receives no events, and its pending deliveries are skipped. Enabled again, it receives events from then on.',
  security: secured,
  middleware,
  request: { params, body: body(ChangedWebhookEndpoint) },
  responses: { 200: json(WebhookEndpoint, 'The endpoint'), ...problems },
});

const rotate = strictRoute({
  method: 'post',
  path: '/webhook-endpoints/{id}/rotate-secret',
  operationId: 'rotateWebhookSecret',
  tags: ['Webhooks'],
  summary: 'Rotate the signing secret',
  description:
    'The new secret is in this response only. For 24 hours deliveries are signed with both secrets. Then the old one is erased.',
  security: secured,
  middleware,
  request: { params },
  responses: { 200: json(RotatedWebhookSecret, 'The new secret'), ...problems },
});

const test = strictRoute({
  method: 'post',
  path: '/webhook-endpoints/{id}/test',
  operationId: 'testWebhookEndpoint',
  tags: ['Webhooks'],
  summary: 'Send a test event',
  description: 'Sends a signed event of type `evergrant.test` and waits for at most 15 seconds.',
  security: secured,
  middleware,
  request: { params },
  responses: { 200: json(WebhookTest, 'The result'), ...problems },
});

export function webhookEndpointRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(list, async (c) =>
      c.json({ data: (await listWebhookEndpoints(deps.pool)).map(toEndpointView), nextCursor: null }, 200),
    )
    .openapi(create, async (c) => {
      const { endpoint, secret } = await addEndpoint(deps, c.get('caller').actor, c.req.valid('json'));
      return c.json({ ...toEndpointView(endpoint), secret: secret.reveal() }, 201);
    })
    .openapi(remove, async (c) => {
      await removeEndpoint(deps, c.get('caller').actor, c.req.valid('param').id);
      return c.body(null, 204);
    })
    .openapi(change, async (c) => {
      const { id } = c.req.valid('param');
      const endpoint = await changeEndpoint(deps, c.get('caller').actor, id, c.req.valid('json'));
      return c.json(toEndpointView(endpoint), 200);
    })
    .openapi(rotate, async (c) => {
      const { id } = c.req.valid('param');
      const { secret, oldSecretUntil } = await rotateSecret(deps, c.get('caller').actor, id);
      return c.json(
        { id, secret: secret.reveal(), oldSecretUntil: new Date(oldSecretUntil).toISOString() },
        200,
      );
    })
    .openapi(test, async (c) => {
      return c.json(await testEndpoint(deps, c.get('caller').actor, c.req.valid('param').id), 200);
    });
}

function toEndpointView({ id, url, events, ...row }: Row): typeof WebhookEndpoint._output {
  return {
    ...{ id, url, events },
    enabled: row.disabledAt === null,
    disabledAt: iso(row.disabledAt),
    disabledReason: row.disabledReason,
    oldSecretUntil: iso(row.oldSecretUntil),
    createdAt: new Date(row.createdAt).toISOString(),
  };
}
