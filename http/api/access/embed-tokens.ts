import { z } from '@hono/zod-openapi';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { createEmbedToken } from '../../embed/embed-tokens';
import { canAccessOwner } from '../integrations/find';
import { Problem } from '../../problems';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { pageOfRows, readCursor } from '../cursor';
import { anyId, createdBy, createdByFilter, instant, pageOf, paging, text, withInstants } from '../schemas';
import { embedTokensFor, revokeEmbedTokenFor } from './issued';
import { EmbedToken, NewEmbedToken } from './key-schemas';

const create = strictRoute({
  method: 'post',
  path: '/embed-tokens',
  operationId: 'createEmbedToken',
  tags: ['Access'],
  summary: "Create a token for an owner's page in your app",
  description:
    "Valid for one hour, and as long as the key that created it. It gives access to the owner's integrations and to `ensure-fresh`, `recheck` and `connect-links`, from pages of `EVERGRANT_APP_ORIGINS` only. Send it as `Authorization: Bearer`, never in a URL. Errors: `forbidden` for another owner.",
  security: secured,
  middleware: requireScope('operate'),
  request: { body: body(NewEmbedToken) },
  responses: { 201: json(EmbedToken, 'The embed token'), ...problems },
});

export const ListedEmbedToken = z
  .object({
    id: z
      .string()
      .openapi({ description: 'ID of the embed token.', example: 'emb_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    ownerRef: z
      .string()
      .openapi({ example: 'shop-1', description: 'The owner whose connections the page shows.' }),
    createdBy,
    createdAt: instant.openapi({ description: 'When it was created.' }),
    expiresAt: instant.openapi({ description: 'When it expires.' }),
  })
  .openapi('ListedEmbedToken');

const list = strictRoute({
  method: 'get',
  path: '/embed-tokens',
  operationId: 'listEmbedTokens',
  tags: ['Access'],
  summary: 'List valid embed tokens, newest first',
  security: secured,
  middleware: requireScope('operate'),
  request: {
    query: z.strictObject({
      ownerRef: text(200).optional().openapi({ example: 'shop-1', description: 'Only of this owner.' }),
      createdBy: createdByFilter,
      ...paging,
    }),
  },
  responses: {
    200: json(pageOf(ListedEmbedToken), 'A page of embed tokens, without their text'),
    ...problems,
  },
});

const revoke = strictRoute({
  method: 'delete',
  path: '/embed-tokens/{id}',
  operationId: 'revokeEmbedToken',
  tags: ['Access'],
  summary: 'Revoke an embed token',
  description: 'Connect links made with it end, too. Errors: `not_found`.',
  security: secured,
  middleware: requireScope('operate'),
  request: { params: anyId('ID of the embed token.', 'emb_0a1b2c3d4e5f6g7h8j9kmnpq') },
  responses: { 204: { description: 'Revoked' }, ...problems },
});

export function embedTokenRoutes(deps: HttpDeps) {
  const routes = createRouter();
  routes.openapi(list, async (c) => {
    const { ownerRef = null, createdBy: by = null, cursor, limit } = c.req.valid('query');
    const wanted = { before: readCursor(cursor), limit: limit + 1 };
    const rows = await embedTokensFor(deps, c.get('caller'), { ownerRef, createdBy: by }, wanted);
    return c.json(pageOfRows(rows, limit, withInstants), 200);
  });
  routes.openapi(revoke, async (c) => {
    await revokeEmbedTokenFor(deps, c.get('caller'), c.req.valid('param').id);
    return c.body(null, 204);
  });
  return routes.openapi(create, async (c) => {
    const caller = c.get('caller');
    const { ownerRef } = c.req.valid('json');
    if (!canAccessOwner(caller, ownerRef))
      throw new Problem('forbidden', 'The API key has no access to this owner.');
    return c.json(await createEmbedToken(deps, caller, ownerRef), 201);
  });
}
