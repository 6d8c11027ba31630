import { type ApiKey as Row } from '../../../adapters/postgres/access/api-keys';
import { listKeysFor, createKey, revokeKey } from './key-actions';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { iso } from '../integrations/integration-view';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { type ApiKey, ApiKeys, CreatedApiKey, NewApiKey } from './key-schemas';
import { idParam as params } from '../schemas';

const middleware = requireScope('admin');

const list = strictRoute({
  method: 'get',
  path: '/api-keys',
  summary: 'Keys that work, without their text',
  security: secured,
  middleware,
  responses: { 200: json(ApiKeys, 'The keys'), ...problems },
});

const create = strictRoute({
  method: 'post',
  path: '/api-keys',
  summary: 'Make a key',
  description: 'Its text is in this answer and never again. It can do no more than the key that makes it.',
  security: secured,
  middleware,
  request: { body: body(NewApiKey) },
  responses: { 201: json(CreatedApiKey, 'The key'), ...problems },
});

const revoke = strictRoute({
  method: 'delete',
  path: '/api-keys/{id}',
  summary: 'End a key at once',
  security: secured,
  middleware,
  request: { params },
  responses: { 204: { description: 'It works no more' }, ...problems },
});

export function apiKeyRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(list, async (c) =>
      c.json({ data: (await listKeysFor(deps, c.get('caller'))).map(toApiKeyView), nextCursor: null }, 200),
    )
    .openapi(create, async (c) => {
      const { key, text } = await createKey(deps, c.get('caller'), c.req.valid('json'));
      return c.json({ ...toApiKeyView(key), key: text }, 201);
    })
    .openapi(revoke, async (c) => {
      await revokeKey(deps, c.get('caller'), c.req.valid('param').id);
      return c.body(null, 204);
    });
}

function toApiKeyView({ createdAt, expiresAt, lastUsedAt, ...key }: Row): typeof ApiKey._output {
  return {
    ...key,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: iso(expiresAt),
    lastUsedAt: iso(lastUsedAt),
  };
}
