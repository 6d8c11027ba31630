import { z } from 'zod';
import { mayReconnect } from '../core/lifecycle/banner';
import { type KeyRing } from '../adapters/encryption/key-ring';
import { readSigned, signText } from '../adapters/encryption/signed-text';
import { type RoundLink } from '../adapters/postgres/access/connect-links';
import { type Integration, bannerFactsOf } from '../adapters/postgres/integrations/integration-row';

const PURPOSE = 'connect-link';

const content = z.object({
  i: z.string(),
  /** Absent: a reconnect link, or one of an earlier release. */
  id: z.string().optional(),
  /** Of the integration when the link was made: raised, it is revoked. */
  l: z.number().int().default(0),
  /** The grant that the link was created under. A newer grant invalidates it. */
  g: z.number().int(),
  /** The token version of a reconnect link; null for a connect link, which fits any version. */
  v: z.number().int().nullable(),
  /** Expiry in epoch ms; null for a reconnect link. */
  e: z.number().nullable(),
  r: z.string().nullable(),
});

export interface Link extends RoundLink {
  integrationId: string;
  grantNo: number;
  returnTo: string | null;
}

/** The same for every way of writing a link. */
export function nameOfLink({ id, integrationId, linkNo, grantNo, version }: Link): string {
  return id ?? [integrationId, linkNo, grantNo, version].join('/');
}

/** What links are signed with, and the URL they start with. */
export interface LinkSigner {
  ring: KeyRing;
  publicUrl: string;
}

/** A signed link to connect one integration. Opening it does not consume it; completing the flow does. */
export function signLink({ ring, publicUrl }: LinkSigner, link: Link): string {
  const text = signText(ring, PURPOSE, {
    i: link.integrationId,
    ...(link.id !== null && { id: link.id }),
    l: link.linkNo,
    g: link.grantNo,
    v: link.version,
    e: link.expiresAt,
    r: link.returnTo,
  });
  return `${publicUrl}/connect/${text}`;
}

/** Reads a link signed with any key of the ring, also an expired one; null: forged or damaged. */
export function readLink(ring: KeyRing, text: string): Link | null {
  const parsed = content.safeParse(readSigned(ring, PURPOSE, text));
  if (!parsed.success) return null;
  const { i, id = null, l, g, v, e, r } = parsed.data;
  return { id, integrationId: i, linkNo: l, grantNo: g, version: v, expiresAt: e, returnTo: r };
}

/**
 * Whether a link may be used, but for its revocation: it is not over, no newer grant exists, and no newer token where it
 * is for one version.
 */
export function isCurrent(link: Link, integration: Integration, now: number): boolean {
  if (link.expiresAt !== null && now >= link.expiresAt) return false;
  if (integration.state === 'disconnected' || integration.grantNo !== link.grantNo) return false;
  return link.version === null || link.version === integration.version;
}

/** The reconnect link, if reconnecting is offered; valid until a newer token exists. */
export function reconnectUrl(maker: LinkSigner, integration: Integration, now: number): string | null {
  return mayReconnect(bannerFactsOf(integration), now) ? ownerPageUrl(maker, integration) : null;
}

/** The owner's page, to check again or reconnect; valid until a newer token exists. */
export function ownerPageUrl(maker: LinkSigner, { id, linkNo, grantNo, version }: Integration): string {
  const link = { id: null, integrationId: id, linkNo, grantNo, version, expiresAt: null, returnTo: null };
  return signLink(maker, link);
}
