import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { createSignInLink } from '../../console/sign-in-links';
import { createdLink } from '../schemas';
import { createRouter, json, problems, secured, strictRoute } from '../../router';

const create = strictRoute({
  method: 'post',
  path: '/console-links',
  operationId: 'createConsoleLink',
  tags: ['Access'],
  summary: 'Create a sign-in link for the console',
  description: 'It works once, within 10 minutes. The session has the rights of this key and ends with it.',
  security: secured,
  middleware: requireScope('admin'),
  responses: { 201: json(createdLink, 'The link'), ...problems },
});

export function consoleLinkRoutes(deps: HttpDeps) {
  return createRouter().openapi(create, async (c) => {
    return c.json(await createSignInLink(deps, c.get('caller')), 201);
  });
}
