import { z } from '@hono/zod-openapi';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { createEmbedToken } from '../../embed/embed-tokens';
import { canAccessOwner } from '../integrations/find';
import { Problem } from '../../problems';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { NewEmbedToken } from './key-schemas';

const create = strictRoute({
  method: 'post',
  path: '/embed-tokens',
  summary: "Make a token for an owner's page in your own app",
  description:
    "Valid for an hour and while the key that made it is. It shows that owner's integrations, and opens `ensure-fresh`, `recheck` and `connect-links`; from pages of `EVERGRANT_APP_ORIGINS` only. Send it as `Authorization: Bearer`, never in an address.",
  security: secured,
  middleware: requireScope('operate'),
  request: { body: body(NewEmbedToken) },
  responses: { 201: json(z.object({ token: z.string(), expiresAt: z.string() }), 'The token'), ...problems },
});

export function embedTokenRoutes(deps: HttpDeps) {
  return createRouter().openapi(create, async (c) => {
    const caller = c.get('caller');
    const { ownerRef } = c.req.valid('json');
    if (!canAccessOwner(caller, ownerRef))
      throw new Problem('forbidden', 'The API key has no access to this owner.');
    return c.json(createEmbedToken(deps, caller.keyHash, ownerRef), 201);
  });
}
