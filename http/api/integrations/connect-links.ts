import { z } from '@hono/zod-openapi';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { findAccessible } from './find';
import { createConnectLink } from '../../owner/links';
import { NoToken } from '../../../services/usable-token';
import { requireAppOrigin } from '../../owner/return-to';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { linksFor, revokeAllLinksFor, revokeLinkFor } from '../access/issued';
import { pageOfRows, readCursor } from '../cursor';
import {
  anyId,
  createdBy,
  createdByFilter,
  createdLink,
  idParam,
  instant,
  pageOf,
  paging,
  returnTo,
  withInstants,
} from '../schemas';

const CreatedConnectLink = createdLink.extend({
  id: z.string().openapi({ description: 'ID, to revoke it by.', example: 'lnk_0a1b2c3d4e5f6g7h8j9kmnpq' }),
});

const create = strictRoute({
  method: 'post',
  path: '/integrations/{id}/connect-links',
  operationId: 'createConnectLink',
  tags: ['Connect links'],
  summary: 'Create a connect link for the owner',
  description: 'Valid for 24 hours, until used to connect. Errors: `disconnected`.',
  security: secured,
  middleware: requireScope('operate', { embed: true }),
  request: {
    params: idParam,
    body: { ...body(z.strictObject({ returnTo: returnTo.optional() })), required: false },
  },
  responses: { 201: json(CreatedConnectLink, 'The link'), ...problems },
});

export const ConnectLink = z
  .object({
    id: z
      .string()
      .openapi({ description: 'ID of the link, to revoke it by.', example: 'lnk_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    integrationId: z
      .string()
      .openapi({ example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq', description: 'The integration that it connects.' }),
    ownerRef: z.string().openapi({ example: 'shop-1', description: 'The owner of that integration now.' }),
    createdBy,
    embedTokenId: z
      .string()
      .nullable()
      .openapi({ example: null, description: 'The embed token that it was created with; null: none.' }),
    createdAt: instant.openapi({ description: 'When the link was created.' }),
    expiresAt: instant.openapi({ description: 'When the link expires.' }),
  })
  .openapi('ConnectLink');

const list = strictRoute({
  method: 'get',
  path: '/connect-links',
  operationId: 'listConnectLinks',
  tags: ['Connect links'],
  summary: 'List connect links that are neither over nor revoked, newest first',
  description:
    'Without their URL. A link that was used to connect stays in the list until its end, and works no longer. Reconnect links of `reconnectUrl`, events and emails are not in it: they end with the token version they are for.',
  security: secured,
  middleware: requireScope('operate'),
  request: {
    query: z.strictObject({
      integrationId: z
        .string()
        .max(64)
        .optional()
        .openapi({ example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq', description: 'Only of this integration.' }),
      createdBy: createdByFilter,
      ...paging,
    }),
  },
  responses: { 200: json(pageOf(ConnectLink), 'A page of connect links'), ...problems },
});

const revoke = strictRoute({
  method: 'delete',
  path: '/connect-links/{id}',
  operationId: 'revokeConnectLink',
  tags: ['Connect links'],
  summary: 'Revoke a connect link',
  description: 'A connection that was begun with it is not completed. Errors: `not_found`.',
  security: secured,
  middleware: requireScope('operate'),
  request: { params: anyId('ID of the connect link.', 'lnk_0a1b2c3d4e5f6g7h8j9kmnpq') },
  responses: { 204: { description: 'Revoked' }, ...problems },
});

const revokeAll = strictRoute({
  method: 'delete',
  path: '/integrations/{id}/connect-links',
  operationId: 'revokeConnectLinks',
  tags: ['Connect links'],
  summary: 'Revoke all links of an integration',
  description:
    'Also the reconnect links of `reconnectUrl`, events and emails. Links that are made afterwards work.',
  security: secured,
  middleware: requireScope('operate'),
  request: { params: idParam },
  responses: { 204: { description: 'Revoked' }, ...problems },
});

export function connectLinkRoutes(deps: HttpDeps) {
  const routes = createRouter();
  routes.openapi(list, async (c) => {
    const { integrationId = null, createdBy: by = null, cursor, limit } = c.req.valid('query');
    const wanted = { before: readCursor(cursor), limit: limit + 1 };
    const rows = await linksFor(deps, c.get('caller'), { integrationId, createdBy: by }, wanted);
    return c.json(pageOfRows(rows, limit, withInstants), 200);
  });
  routes.openapi(revoke, async (c) => {
    await revokeLinkFor(deps, c.get('caller'), c.req.valid('param').id);
    return c.body(null, 204);
  });
  routes.openapi(revokeAll, async (c) => {
    const { id } = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
    await revokeAllLinksFor(deps, c.get('caller'), id);
    return c.body(null, 204);
  });
  return routes.openapi(create, async (c) => {
    const row = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
    if (row.state === 'disconnected') throw new NoToken('disconnected', row);
    const wanted = c.req.valid('json') as { returnTo?: string } | undefined;
    requireAppOrigin(deps, wanted?.returnTo);
    const made = await createConnectLink(deps, c.get('caller'), row, wanted?.returnTo ?? null);
    const { id, url, expiresAt } = made;
    return c.json({ id, url, expiresAt }, 201);
  });
}
