import { z } from 'zod';
import { mayReconnect } from '../core/lifecycle/banner';
import { type KeyRing } from '../adapters/encryption/key-ring';
import { readSigned, signText } from '../adapters/encryption/signed-text';
import { type Integration } from '../adapters/postgres/integrations/integration-row';

const PURPOSE = 'connect-link';

const content = z.object({
  i: z.string(),
  /** The grant the link was made under: a newer one makes it outdated. */
  g: z.number().int(),
  /** The token version a reconnect link was made for; a connect link is for any. */
  v: z.number().int().nullable(),
  /** The end in epoch ms; a reconnect link has none. */
  e: z.number().nullable(),
  r: z.string().nullable(),
});

export interface Link {
  integrationId: string;
  grantNo: number;
  /** Only while this is the newest token version; null: whatever the version. */
  version: number | null;
  /** Epoch ms; null: as long as nothing newer exists. */
  expiresAt: number | null;
  returnTo: string | null;
}

/** What links are made with: the ring that signs them, and the address that they begin with. */
export interface LinkSigner {
  ring: KeyRing;
  publicUrl: string;
}

/** A signed address that lets an owner connect one integration. Opening it consumes nothing; completing it does. */
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

/** Reads a link that any key of the ring signed, past its end or not; null when it is forged or damaged. */
export function readLink(ring: KeyRing, text: string): Link | null {
  const parsed = content.safeParse(readSigned(ring, PURPOSE, text));
  if (!parsed.success) return null;
  const { i, g, v, e, r } = parsed.data;
  return { integrationId: i, grantNo: g, version: v, expiresAt: e, returnTo: r };
}

/** The owner's way back, where there is one; valid until there is a newer token. */
export function reconnectUrl(maker: LinkSigner, integration: Integration, now: number): string | null {
  return mayReconnect(integration, now) ? ownerPageUrl(maker, integration) : null;
}

/** Where an owner has Instagram asked again, or connects anew; valid until there is a newer token. */
export function ownerPageUrl(maker: LinkSigner, { id, grantNo, version }: Integration): string {
  return signLink(maker, { integrationId: id, grantNo, version, expiresAt: null, returnTo: null });
}
