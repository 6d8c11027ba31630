import { audited } from '../../../adapters/postgres/access/audit-log';
import { type Integration as Row } from '../../../adapters/postgres/integrations/integration-row';
import { createIntegration, updateDetails } from '../../../adapters/postgres/integrations/integrations';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { addLink } from '../../owner/links';
import { Problem } from '../../problems';
import { canAccessOwner, findAccessible } from './find';
import { newRow } from './new-row';

interface Details {
  ownerRef?: string | undefined;
  externalId?: string | null | undefined;
  contact?: { email: string } | null | undefined;
}

/** @throws Problem `forbidden` if the caller is limited to other owners */
export function requireOwner(caller: Caller, ownerRef: string): void {
  if (!canAccessOwner(caller, ownerRef))
    throw new Problem('forbidden', 'The API key has no access to this owner.');
}

/** A new integration with a link for its owner, valid for a day. */
export async function createIntegrationFor(
  deps: Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'site' | 'instagram'>,
  caller: Caller,
  wanted: Parameters<typeof newRow>[1] & { returnTo?: string | undefined },
): Promise<{ row: Row; url: string; expiresAt: string }> {
  requireOwner(caller, wanted.ownerRef);
  const now = deps.clock.now();
  const { row, link } = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    async (db) => {
      const made = await createIntegration(db, newRow(deps, wanted), now);
      return { row: made, link: await addLink(db, deps, caller, made, wanted.returnTo ?? null) };
    },
    (made) => aboutNew(made.row),
  );
  return { row, url: link.url, expiresAt: link.expiresAt };
}

/** Changes what a customer calls the connection and whom notices go to. Absent fields stay. @returns the row after it */
export async function changeDetailsFor(
  deps: Pick<HttpDeps, 'pool' | 'clock'>,
  caller: Caller,
  id: string,
  { contact, externalId, ownerRef }: Details,
): Promise<Row> {
  const was = await findAccessible(deps, caller, id);
  if (ownerRef !== undefined) requireOwner(caller, ownerRef);
  const details = {
    ...(ownerRef !== undefined && { ownerRef }),
    ...(externalId !== undefined && { externalId }),
    ...(contact !== undefined && { contactEmail: contact?.email ?? null }),
  };
  const now = deps.clock.now();
  const row = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    (db) => updateDetails(db, was.id, details, now),
    (after) =>
      after && { action: 'integration.update', integrationId: was.id, changes: changesOf(was, after) },
  );
  return row ?? (await findAccessible(deps, caller, id));
}

/** The audit entry of a new integration. */
function aboutNew({ id, ownerRef, externalId }: Row) {
  return { action: 'integration.create', integrationId: id, changes: { ownerRef, externalId } } as const;
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
