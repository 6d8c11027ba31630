import {
  type Link,
  type LinkSigner,
  isCurrent,
  signLink,
  readLink as read,
  reconnectUrl,
} from '../../services/connect-links';
import { audited } from '../../adapters/postgres/access/audit-log';
import { addConnectLink, isRevoked } from '../../adapters/postgres/access/connect-links';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Db } from '../../adapters/postgres/pool';
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

type Linked = Pick<Integration, 'id' | 'grantNo' | 'linkNo'>;

interface CreatedLink {
  id: string;
  url: string;
  expiresAt: string;
  /** False: the embed token had it already. */
  isNew: boolean;
}

/** A connect link, valid for a day and until a newer grant exists. @param maker the caller, or an owner with a link */
export function createConnectLink(
  deps: LinksDeps & Pick<HttpDeps, 'pool'>,
  maker: Caller,
  integration: Linked,
  returnTo: string | null = null,
): Promise<CreatedLink> {
  return audited(
    { pool: deps.pool, actor: maker.actor, now: deps.clock.now() },
    (db) => addLink(db, deps, maker, integration, returnTo),
    ({ id, isNew }) =>
      isNew ? { action: 'connect_link.create', target: id, integrationId: integration.id } : null,
  );
}

/** The same as a part of another change. */
export async function addLink(
  db: Db,
  deps: LinksDeps,
  maker: Caller,
  { id: integrationId, grantNo, linkNo }: Linked,
  returnTo: string | null,
): Promise<CreatedLink> {
  const now = deps.clock.now();
  const by = { createdBy: maker.keyId, embedTokenId: maker.embedTokenId ?? null };
  const times = { now, expiresAt: now + CONNECT_LINK_LIFE_MS };
  const { id, expiresAt, isNew } = await addConnectLink(db, integrationId, by, times);
  const link = { id, integrationId, linkNo, grantNo, version: null, expiresAt, returnTo };
  return { id, url: signLink(linkSigner(deps), link), expiresAt: new Date(expiresAt).toISOString(), isNew };
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
