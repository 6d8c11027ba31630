import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../../adapters/postgres/integrations/integrations';
import { findWithCurrent } from '../../../adapters/postgres/tokens/open-token';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { notFound } from '../../problems';

/** The format of IDs. Other text is not looked up: PostgreSQL cannot read every character. */
const ID = /^[\w-]{1,64}$/;

/** The integration with this ID, if the caller has access to its owner. */
export async function findAccessible(
  deps: Pick<HttpDeps, 'pool'>,
  caller: Caller,
  id: string,
): Promise<Integration> {
  const integration = ID.test(id) ? await findIntegration(deps.pool, id) : null;
  if (!integration || !canAccessOwner(caller, integration.ownerRef)) throw notFound('integration');
  return integration;
}

/** The same, with the token that is in use. */
export async function findAccessibleWithToken(deps: Pick<HttpDeps, 'pool'>, caller: Caller, id: string) {
  const found = ID.test(id) ? await findWithCurrent(deps.pool, id) : null;
  if (!found || !canAccessOwner(caller, found.integration.ownerRef)) throw notFound('integration');
  return found;
}

export function canAccessOwner(caller: Caller, ownerRef: string): boolean {
  return caller.ownerRefs === null || caller.ownerRefs.includes(ownerRef);
}
