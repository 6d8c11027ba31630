import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../../adapters/postgres/integrations/integrations';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { notFound } from '../../problems';

/** Ids of ours are such; what is not need not be looked for, nor could the database read everything. */
const ID = /^[\w-]{1,64}$/;

/** The integration of that id, if this caller may know of it. */
export async function findAccessible(
  deps: Pick<HttpDeps, 'pool'>,
  caller: Caller,
  id: string,
): Promise<Integration> {
  const integration = ID.test(id) ? await findIntegration(deps.pool, id) : null;
  if (!integration || !canAccessOwner(caller, integration.ownerRef)) throw notFound('integration');
  return integration;
}

export function canAccessOwner(caller: Caller, ownerRef: string): boolean {
  return caller.ownerRefs === null || caller.ownerRefs.includes(ownerRef);
}
