import { z } from 'zod';
import { mayReconnect } from '../core/lifecycle/banner';
import { type KeyRing } from '../adapters/encryption/key-ring';
import { readSigned, signText } from '../adapters/encryption/signed-text';
import { type Integration, bannerFactsOf } from '../adapters/postgres/integrations/integration-row';

const PURPOSE = 'connect-link';

const content = z.object({
  i: z.string(),
  /** The grant that the link was created under. A newer grant invalidates it. */
  g: z.number().int(),
  /** The token version of a reconnect link; null for a connect link, which fits any version. */
  v: z.number().int().nullable(),
  /** Expiry in epoch ms; null for a reconnect link. */
  e: z.number().nullable(),
  r: z.string().nullable(),
});

export interface Link {
  integrationId: string;
  grantNo: number;
  /** Valid only while this is the latest token version; null: any version. */
  version: number | null;
  /** Epoch ms; null: until a newer token or grant exists. */
  expiresAt: number | null;
  returnTo: string | null;
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
  const { i, g, v, e, r } = parsed.data;
  return { integrationId: i, grantNo: g, version: v, expiresAt: e, returnTo: r };
}

/** The reconnect link, if reconnecting is offered; valid until a newer token exists. */
export function reconnectUrl(maker: LinkSigner, integration: Integration, now: number): string | null {
  return mayReconnect(bannerFactsOf(integration), now) ? ownerPageUrl(maker, integration) : null;
}

/** The owner's page, to check again or reconnect; valid until a newer token exists. */
export function ownerPageUrl(maker: LinkSigner, { id, grantNo, version }: Integration): string {
  return signLink(maker, { integrationId: id, grantNo, version, expiresAt: null, returnTo: null });
}
