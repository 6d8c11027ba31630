import { type RoundOutcome } from '../../adapters/postgres/access/oauth-states';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { type Link } from '../../services/connect-links';
import { type HttpDeps } from '../deps';
import { isUsable } from './links';

/** What the page at the end of a round shows. */
export interface Shown extends Pick<RoundOutcome, 'result' | 'refusal' | 'other'> {
  /** The connected account; null: unknown, or not to be shown. */
  username: string | null;
  /** The link that the round was begun with: no round leads to another one. */
  again: Link | null;
}

/** No account, and no way on. */
export const NOTHING = { refusal: null, other: null, username: null, again: null } as const;

/**
 * What a round's browser may see of its end now. Only a link that still works shows an account or leads on, and a success
 * shows its account only until the next grant: whoever kept the address of the result learns nothing later.
 */
export async function shownOf(
  deps: Pick<HttpDeps, 'pool' | 'clock'>,
  link: Link,
  { result, refusal, other, integrationId, grantNo }: RoundOutcome,
): Promise<Shown> {
  const integration = await findIntegration(deps.pool, integrationId);
  if (!integration) return { ...NOTHING, result: 'link_outdated' };
  const { username } = integration;
  if (result === 'connected') {
    // An earlier release kept no number: it is a success, and names nobody.
    if (grantNo === null) return { ...NOTHING, result };
    const isNewest = integration.grantNo === grantNo && integration.state !== 'disconnected';
    return isNewest ? { ...NOTHING, result, username } : { ...NOTHING, result: 'link_outdated' };
  }
  if (!(await isUsable(deps, link, integration))) return { ...NOTHING, result: 'link_outdated' };
  return { result, refusal, other, username, again: link };
}
