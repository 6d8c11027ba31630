import {
  type Link,
  type LinkSigner,
  isCurrent,
  signLink,
  readLink as read,
  reconnectUrl,
} from '../../services/connect-links';
import { addConnectLink, isRevoked } from '../../adapters/postgres/access/connect-links';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { DAY_MS } from '../../core/time';
import { type Caller } from '../middleware/caller';
import { type HttpDeps } from '../deps';

type LinksDeps = Pick<HttpDeps, 'sealer' | 'clock' | 'site'>;

const CONNECT_LINK_LIFE_MS = DAY_MS;

/** Reads a signed link, also an expired one; null: forged or damaged. */
export function readLink(deps: Pick<HttpDeps, 'sealer'>, text: string): Link | null {
  return read(deps.sealer.ring, text);
}

/** Whether a link may be used: not expired, not revoked, and no newer grant exists. */
export async function isUsable(
  deps: Pick<HttpDeps, 'pool' | 'clock'>,
  link: Link,
  integration: Integration,
): Promise<boolean> {
  return isCurrent(link, integration, deps.clock.now()) && !(await isRevoked(deps.pool, link));
}

/** A connect link, valid for a day and until a newer grant exists. @param maker the caller, or an owner with a link */
export async function createConnectLink(
  deps: LinksDeps & Pick<HttpDeps, 'pool'>,
  maker: Pick<Caller, 'keyId' | 'embedTokenId'>,
  { id: integrationId, grantNo, linkNo }: Pick<Integration, 'id' | 'grantNo' | 'linkNo'>,
  returnTo: string | null = null,
): Promise<{ id: string; url: string; expiresAt: string }> {
  const now = deps.clock.now();
  const by = { createdBy: maker.keyId, embedTokenId: maker.embedTokenId ?? null };
  const times = { now, expiresAt: now + CONNECT_LINK_LIFE_MS };
  const { id, expiresAt } = await addConnectLink(deps.pool, integrationId, by, times);
  const link = { id, integrationId, linkNo, grantNo, version: null, expiresAt, returnTo };
  return { id, url: signLink(linkSigner(deps), link), expiresAt: new Date(expiresAt).toISOString() };
}

/** The link that a round was begun with, once more. */
export function urlOf(deps: LinksDeps, link: Link): string {
  return signLink(linkSigner(deps), link);
}

/** The reconnect link, for callers with the scope `operate` and for embed tokens. */
export function reconnectUrlFor(deps: LinksDeps, caller: Caller, integration: Integration): string | null {
  if (!caller.scopes.has('operate') && !caller.isEmbed) return null;
  return reconnectUrl(linkSigner(deps), integration, deps.clock.now());
}

function linkSigner({ sealer, site }: Pick<HttpDeps, 'sealer' | 'site'>): LinkSigner {
  return { ring: sealer.ring, publicUrl: site.publicUrl };
}
