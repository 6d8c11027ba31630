import { z } from '@hono/zod-openapi';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { findAccessible } from './find';
import { createConnectLink } from '../../owner/links';
import { NoToken } from '../../../services/usable-token';
import { requireAppOrigin } from '../../owner/return-to';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { createdLink, idParam, returnTo } from '../schemas';

const create = strictRoute({
  method: 'post',
  path: '/integrations/{id}/connect-links',
  summary: 'Create a connect link for the owner',
  description: 'Valid for 24 hours, until used to connect. Errors: `disconnected`.',
  security: secured,
  middleware: requireScope('operate', { embed: true }),
  request: {
    params: idParam,
    body: { ...body(z.strictObject({ returnTo: returnTo.optional() })), required: false },
  },
  responses: { 201: json(createdLink, 'The link'), ...problems },
});

export function connectLinkRoutes(deps: HttpDeps) {
  return createRouter().openapi(create, async (c) => {
    const row = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
    if (row.state === 'disconnected') throw new NoToken('disconnected', row);
    const wanted = c.req.valid('json') as { returnTo?: string } | undefined;
    requireAppOrigin(deps, wanted?.returnTo);
    return c.json(createConnectLink(deps, row, wanted?.returnTo ?? null), 201);
  });
}
