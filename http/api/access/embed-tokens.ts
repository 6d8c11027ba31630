import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { createEmbedToken } from '../../embed/embed-tokens';
import { canAccessOwner } from '../integrations/find';
import { Problem } from '../../problems';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { EmbedToken, NewEmbedToken } from './key-schemas';

const create = strictRoute({
  method: 'post',
  path: '/embed-tokens',
  summary: "Create a token for an owner's page in your app",
  description:
    "Valid for one hour, and as long as the key that created it. It gives access to the owner's integrations and to `ensure-fresh`, `recheck` and `connect-links`, from pages of `EVERGRANT_APP_ORIGINS` only. Send it as `Authorization: Bearer`, never in a URL. Errors: `forbidden` for another owner.",
  security: secured,
  middleware: requireScope('operate'),
  request: { body: body(NewEmbedToken) },
  responses: { 201: json(EmbedToken, 'The embed token'), ...problems },
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
