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
  operationId: 'listApiKeys',
  tags: ['Access'],
  summary: 'List valid API keys',
  security: secured,
  middleware,
  responses: { 200: json(ApiKeys, 'The keys, without their text'), ...problems },
});

const create = strictRoute({
  method: 'post',
  path: '/api-keys',
  operationId: 'createApiKey',
  tags: ['Access'],
  summary: 'Create an API key',
  description:
    'The key is in this response only. It has at most the rights of the key that creates it, and ends with it at the latest. Errors: `forbidden` for more rights, or beyond the number of keys that yours may create: 100, fewer for a key that a key created; `invalid_request` for a later `expiresAt`.',
  security: secured,
  middleware,
  request: { body: body(NewApiKey) },
  responses: { 201: json(CreatedApiKey, 'The key, with its text'), ...problems },
});

const revoke = strictRoute({
  method: 'delete',
  path: '/api-keys/{id}',
  operationId: 'revokeApiKey',
  tags: ['Access'],
  summary: 'Revoke an API key',
  description:
    'Ends the key, every key that it created and those created, and everything made with them: console sessions, sign-in links, embed tokens and connect links.',
  security: secured,
  middleware,
  request: { params },
  responses: { 204: { description: 'Revoked' }, ...problems },
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

function toApiKeyView({
  generation: _,
  limitedBy: __,
  createdAt,
  expiresAt,
  lastUsedAt,
  ...key
}: Row): typeof ApiKey._output {
  return {
    ...key,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: iso(expiresAt),
    lastUsedAt: iso(lastUsedAt),
  };
}
