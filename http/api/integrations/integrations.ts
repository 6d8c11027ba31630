import { addAuditEntry, audited } from '../../../adapters/postgres/access/audit-log';
import { createIntegration, updateDetails } from '../../../adapters/postgres/integrations/integrations';
import { type Integration as Row } from '../../../adapters/postgres/integrations/integration-row';
import { lifecycleWorkflowId } from '../../../core/names';
import { hasLifecycle } from '../../../core/lifecycle/states';
import { SECOND_MS } from '../../../core/time';
import { withDeadline } from '../../../adapters/deadline';
import { requireScope } from '../../middleware/auth';
import { requireCallerScope } from '../../middleware/caller';
import { importToken } from './import-token';
import { type HttpDeps } from '../../deps';
import { findAccessible, canAccessOwner } from './find';
import { toIntegrationView } from './integration-view';
import { addLink } from '../../owner/links';
import { newRow } from './new-row';
import { Problem } from '../../problems';
import { requireAppOrigin } from '../../owner/return-to';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { ChangedIntegration, CreatedIntegration, Integration, NewIntegration } from './integration-schemas';
import { idParam as params } from '../schemas';

const create = strictRoute({
  method: 'post',
  path: '/integrations',
  summary: 'Create an integration, or import a token',
  description:
    'Returns a link for the owner, valid for 24 hours. With `grant` (scope `admin`) it imports an existing long-lived token after a check, once per account. Errors: `forbidden` for another owner, `grant_refused`, `account_taken`.',
  security: secured,
  request: { body: body(NewIntegration) },
  responses: { 201: json(CreatedIntegration, 'The integration'), ...problems },
});

const get = strictRoute({
  method: 'get',
  path: '/integrations/{id}',
  summary: 'Get an integration',
  security: secured,
  middleware: requireScope('read', { embed: true }),
  request: { params },
  responses: { 200: json(Integration, 'The integration'), ...problems },
});

const change = strictRoute({
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
      const { actor } = caller;
      requireCallerScope(caller, wanted.grant ? 'admin' : 'operate');
      if (!canAccessOwner(caller, wanted.ownerRef))
        throw new Problem('forbidden', 'The API key has no access to this owner.');
      requireAppOrigin(deps, wanted.returnTo);
      if (wanted.grant) {
        const row = await importToken(deps, wanted, wanted.grant);
        await addAuditEntry(
          deps.pool,
          actor,
          { ...about(row), action: 'integration.import' },
          deps.clock.now(),
        );
        return c.json({ integration: toIntegrationView(deps, caller, row) }, 201);
      }
      const now = deps.clock.now();
      const { row, link } = await audited(
        { pool: deps.pool, actor, now },
        async (db) => {
          const made = await createIntegration(db, newRow(deps, wanted), now);
          return { row: made, link: await addLink(db, deps, caller, made, wanted.returnTo ?? null) };
        },
        (made) => ({ ...about(made.row), action: 'integration.create' }),
      );
      const { url, expiresAt } = link;
      return c.json({ integration: toIntegrationView(deps, caller, row), connectUrl: url, expiresAt }, 201);
    })
    .openapi(get, async (c) => {
      const row = await findAccessible(deps, c.get('caller'), c.req.valid('param').id);
      return c.json(toIntegrationView(deps, c.get('caller'), row, await runIdOf(deps, row)), 200);
    })
    .openapi(change, async (c) => {
      const caller = c.get('caller');
      const was = await findAccessible(deps, caller, c.req.valid('param').id);
      const { id } = was;
      const { contact, externalId, ownerRef } = c.req.valid('json');
      if (ownerRef !== undefined && !canAccessOwner(caller, ownerRef))
        throw new Problem('forbidden', 'The API key has no access to this owner.');
      const details = {
        ...(ownerRef !== undefined && { ownerRef }),
        ...(externalId !== undefined && { externalId }),
        ...(contact !== undefined && { contactEmail: contact?.email ?? null }),
      };
      const now = deps.clock.now();
      const row = await audited(
        { pool: deps.pool, actor: caller.actor, now },
        (db) => updateDetails(db, id, details, now),
        (after) =>
          after && { action: 'integration.update', integrationId: id, changes: changesOf(was, after) },
      );
      return c.json(toIntegrationView(deps, caller, row ?? (await findAccessible(deps, caller, id))), 200);
    });
}

function about({ id, ownerRef, externalId }: Row) {
  return { integrationId: id, changes: { ownerRef, externalId } };
}

/** Before and after, by field. Of an email address only that it changed. */
function changesOf(was: Row, is: Row) {
  return {
    ...(was.ownerRef !== is.ownerRef && { ownerRef: { from: was.ownerRef, to: is.ownerRef } }),
    ...(was.externalId !== is.externalId && { externalId: { from: was.externalId, to: is.externalId } }),
    ...(was.contactEmail !== is.contactEmail && {
      contact: is.contactEmail === null ? 'removed' : 'changed',
    }),
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
