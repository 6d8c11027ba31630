import { createRoute, z } from '@hono/zod-openapi';
import { createIntegration, updateDetails } from '../../../adapters/postgres/integrations/integrations';
import { requireScope } from '../../middleware/auth';
import { refuseWithout } from '../../middleware/caller';
import { takeOver } from './take-over';
import { type HttpDeps } from '../../deps';
import { findFor, mayKnow } from './find';
import { viewOf } from './integration-view';
import { makeConnectLink } from '../../owner/links';
import { newRow } from './new-row';
import { Problem } from '../../problems';
import { refuseForeignReturn } from '../../owner/return-to';
import { createRouter, body, json, problems, secured } from '../../router';
import { ChangedIntegration, Integration, NewIntegration, idParam as params } from '../schemas';
import { runIdOf } from './run-id';

const created = z.object({
  integration: Integration,
  connectUrl: z.string().optional(),
  expiresAt: z.string().optional(),
});

const create = createRoute({
  method: 'post',
  path: '/integrations',
  summary: 'Create an integration, or take over a token',
  description:
    'Gives the address that its owner connects the account at, valid for 24 hours. With `grant` (scope admin) an existing long-lived token is taken over instead, once it has been proven.',
  security: secured,
  request: { body: body(NewIntegration) },
  responses: { 201: json(created, 'The new integration'), ...problems },
});

const get = createRoute({
  method: 'get',
  path: '/integrations/{id}',
  summary: 'One integration',
  security: secured,
  middleware: requireScope('read', { embed: true }),
  request: { params },
  responses: { 200: json(Integration, 'The integration'), ...problems },
});

const change = createRoute({
  method: 'patch',
  path: '/integrations/{id}',
  summary: 'Change contact, externalId or ownerRef',
  security: secured,
  middleware: requireScope('operate'),
  request: { params, body: body(ChangedIntegration) },
  responses: { 200: json(Integration, 'The integration'), ...problems },
});

export function integrationRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(create, async (c) => {
      const wanted = c.req.valid('json');
      const caller = c.get('caller');
      refuseWithout(caller, wanted.grant ? 'admin' : 'operate');
      if (!mayKnow(caller, wanted.ownerRef))
        throw new Problem('forbidden', 'The API key has no access to this owner.');
      refuseForeignReturn(deps, wanted.returnTo);
      if (wanted.grant) {
        const row = await takeOver(deps, wanted, wanted.grant);
        return c.json({ integration: viewOf(deps, caller, row) }, 201);
      }
      const row = await createIntegration(deps.pool, newRow(deps, wanted), deps.clock.now());
      const { url, expiresAt } = makeConnectLink(deps, row, wanted.returnTo ?? null);
      return c.json({ integration: viewOf(deps, caller, row), connectUrl: url, expiresAt }, 201);
    })
    .openapi(get, async (c) => {
      const row = await findFor(deps, c.get('caller'), c.req.valid('param').id);
      return c.json(viewOf(deps, c.get('caller'), row, await runIdOf(deps, row)), 200);
    })
    .openapi(change, async (c) => {
      const caller = c.get('caller');
      const { id } = await findFor(deps, caller, c.req.valid('param').id);
      const { contact, externalId, ownerRef } = c.req.valid('json');
      if (ownerRef !== undefined && !mayKnow(caller, ownerRef))
        throw new Problem('forbidden', 'The API key has no access to this owner.');
      const row = await updateDetails(
        deps.pool,
        id,
        {
          ...(ownerRef !== undefined && { ownerRef }),
          ...(externalId !== undefined && { externalId }),
          ...(contact !== undefined && { contactEmail: contact?.email ?? null }),
        },
        deps.clock.now(),
      );
      return c.json(viewOf(deps, caller, row ?? (await findFor(deps, caller, id))), 200);
    });
}
