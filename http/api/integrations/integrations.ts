import { type z } from '@hono/zod-openapi';
import { type Integration as Row } from '../../../adapters/postgres/integrations/integration-row';
import { lifecycleWorkflowId } from '../../../core/names';
import { hasLifecycle } from '../../../core/lifecycle/states';
import { API_TEXT } from '../../../core/text/api-docs';
import { SECOND_MS } from '../../../core/time';
import { withDeadline } from '../../../adapters/deadline';
import { Secret } from '../../../core/access/secret';
import { importToken } from '../../../services/importing/import-token';
import { requireScope } from '../../middleware/auth';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { changeDetailsFor, createIntegrationFor, requireOwner } from './details';
import { findAccessible } from './find';
import { toIntegrationView } from './integration-view';
import { requireAppOrigin } from '../../owner/return-to';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { ChangedIntegration, CreatedIntegration, Integration, NewIntegration } from './integration-schemas';
import { idParam as params } from '../schemas';

/** Which scope it takes depends on the body. */
const SCOPES = { link: 'operate', grant: 'admin' } as const;

const create = strictRoute({
  method: 'post',
  path: '/integrations',
  operationId: 'createIntegration',
  tags: ['Integrations'],
  summary: 'Create an integration, or import a token',
  description: `Returns a link for the owner, valid for 24 hours. With \`grant\` it imports an existing long-lived token after a check, once per account. Errors: \`forbidden\` for another owner, \`grant_refused\`, \`account_taken\`. ${API_TEXT.needs(SCOPES.link)} With \`grant\`: \`${SCOPES.grant}\`.`,
  'x-scope': SCOPES.link,
  security: secured,
  request: { body: body(NewIntegration) },
  responses: { 201: json(CreatedIntegration, 'The integration'), ...problems },
});

const get = strictRoute({
  method: 'get',
  path: '/integrations/{id}',
  operationId: 'getIntegration',
  tags: ['Integrations'],
  summary: 'Get an integration',
  security: secured,
  middleware: requireScope('read', { embed: true }),
  request: { params },
  responses: { 200: json(Integration, 'The integration'), ...problems },
});

const change = strictRoute({
  method: 'patch',
  path: '/integrations/{id}',
  operationId: 'updateIntegration',
  tags: ['Integrations'],
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
      requireCallerScope(caller, wanted.grant ? SCOPES.grant : SCOPES.link);
      requireOwner(caller, wanted.ownerRef);
      requireAppOrigin(deps, wanted.returnTo);
      if (wanted.grant) {
        const { integration: row } = await importToken(deps, wanted, givenGrant(wanted.grant), {
          by: caller.actor,
        });
        return c.json({ integration: toIntegrationView(deps, caller, row) }, 201);
      }
      const { row, url, expiresAt } = await createIntegrationFor(deps, caller, wanted);
      return c.json({ integration: toIntegrationView(deps, caller, row), connectUrl: url, expiresAt }, 201);
    })
    .openapi(get, async (c) => {
      const row = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
      return c.json(toIntegrationView(deps, c.get('caller'), row, await runIdOf(deps, row)), 200);
    })
    .openapi(change, async (c) => {
      const caller = c.get('caller');
      const { id } = c.req.valid('param');
      const row = await changeDetailsFor(deps, caller, id, c.req.valid('json'));
      return c.json(toIntegrationView(deps, caller, row), 200);
    });
}

function givenGrant({
  accessToken,
  issuedAt,
  expiresAt,
}: NonNullable<z.output<typeof NewIntegration>['grant']>) {
  return {
    accessToken: new Secret(accessToken),
    ...(issuedAt !== undefined && { issuedAt: Date.parse(issuedAt) }),
    ...(expiresAt !== undefined && { expiresAt: Date.parse(expiresAt) }),
  };
}

/** The lifecycle's current run; null if Temporal does not respond within a second. */
async function runIdOf(deps: Pick<HttpDeps, 'temporal'>, row: Row): Promise<string | null> {
  if (!hasLifecycle(row.state)) return null;
  const deadline = Date.now() + SECOND_MS;
  const describing = deps.temporal.withDeadline(deadline, () =>
    deps.temporal.workflow.getHandle(lifecycleWorkflowId(row.id)).describe(),
  );
  const description = await withDeadline(deadline, describing, () => null).catch(() => null);
  return description?.runId ?? null;
}
