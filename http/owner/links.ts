import {
  type Link,
  type LinkSigner,
  signLink,
  readLink as read,
  reconnectUrl,
} from '../../services/connect-links';
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

/** Whether a link may be used: not expired, and no newer grant exists. */
export function isValid(deps: Pick<HttpDeps, 'clock'>, link: Link, integration: Integration): boolean {
  if (link.expiresAt !== null && deps.clock.now() >= link.expiresAt) return false;
  if (integration.state === 'disconnected' || integration.grantNo !== link.grantNo) return false;
  return link.version === null || link.version === integration.version;
}

/** A connect link, valid for a day and until a newer grant exists. */
export function createConnectLink(
  deps: LinksDeps,
  integration: Pick<Integration, 'id' | 'grantNo'>,
  returnTo: string | null = null,
): { url: string; expiresAt: string } {
  const expiresAt = deps.clock.now() + CONNECT_LINK_LIFE_MS;
  const url = signLink(linkSigner(deps), {
    integrationId: integration.id,
    grantNo: integration.grantNo,
    version: null,
    expiresAt,
    returnTo,
  });
  return { url, expiresAt: new Date(expiresAt).toISOString() };
}

/** The reconnect link, for callers with the scope `operate` and for embed tokens. */
export function reconnectUrlFor(deps: LinksDeps, caller: Caller, integration: Integration): string | null {
  if (!caller.scopes.has('operate') && !caller.isEmbed) return null;
  return reconnectUrl(linkSigner(deps), integration, deps.clock.now());
}

function linkSigner({ sealer, site }: Pick<HttpDeps, 'sealer' | 'site'>): LinkSigner {
  return { ring: sealer.ring, publicUrl: site.publicUrl };
}
