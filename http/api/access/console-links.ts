import { z } from '@hono/zod-openapi';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { createSignInLink } from '../../console/sign-in-links';
import { createRouter, json, problems, secured, strictRoute } from '../../router';

const create = strictRoute({
  method: 'post',
  path: '/console-links',
  summary: 'Make a link that signs somebody in to the console',
  description: 'Once, within 10 minutes, with the rights of this key and for as long as it works.',
  security: secured,
  middleware: requireScope('admin'),
  responses: { 201: json(z.object({ url: z.string(), expiresAt: z.string() }), 'The link'), ...problems },
});

export function consoleLinkRoutes(deps: HttpDeps) {
  return createRouter().openapi(create, async (c) => {
    return c.json(await createSignInLink(deps, c.get('caller').keyHash), 201);
  });
}
