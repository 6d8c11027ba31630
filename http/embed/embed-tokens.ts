import { z } from 'zod';
import { HOUR_MS } from '../../core/time';
import { type KeyHolder, callerOf } from '../middleware/caller';
import { type HttpDeps } from '../deps';
import { isAppOrigin } from '../middleware/origins';
import { readSigned, signText } from '../../adapters/encryption/signed-text';

const PREFIX = 'evge_';
const PURPOSE = 'embed-token';
const EMBED_TOKEN_LIFE_MS = HOUR_MS;

const content = z.object({
  o: z.string(),
  /** Hash of the API key that created it, base64url. The token ends with the key. */
  k: z.string(),
  /** Expiry in epoch ms. */
  e: z.number(),
});

/** A token for one owner's page. */
export function createEmbedToken(
  deps: Pick<HttpDeps, 'sealer' | 'clock'>,
  keyHash: Buffer,
  ownerRef: string,
): { token: string; expiresAt: string } {
  const expiresAt = deps.clock.now() + EMBED_TOKEN_LIFE_MS;
  const token = signText(deps.sealer.ring, PURPOSE, {
    o: ownerRef,
    k: keyHash.toString('base64url'),
    e: expiresAt,
  });
  return { token: PREFIX + token, expiresAt: new Date(expiresAt).toISOString() };
}

export function isEmbedToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * The caller of an embed token. null: forged, expired, its key is invalid, or the request does not come from a page of
 * the product's app.
 */
export async function callerByEmbedToken(
  deps: Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'site' | 'apiKey'>,
  text: string,
  headers: Headers,
): Promise<KeyHolder | null> {
  if (!isFromAppPage(deps, headers)) return null;
  const parsed = content.safeParse(readSigned(deps.sealer.ring, PURPOSE, text.slice(PREFIX.length)));
  if (!parsed.success || deps.clock.now() >= parsed.data.e) return null;
  const maker = await callerOf(deps, Buffer.from(parsed.data.k, 'base64url'));
  if (!maker) return null;
  return {
    ...maker,
    name: `embed/${maker.name}`,
    actor: { ...maker.actor, kind: 'embed_token', name: parsed.data.o },
    scopes: new Set(),
    ownerRefs: [parsed.data.o],
    isEmbed: true,
  };
}

/** Browsers send `Origin` with cross-origin requests and `Sec-Fetch-Site` with same-origin ones. */
function isFromAppPage({ site }: Pick<HttpDeps, 'site'>, headers: Headers): boolean {
  const origin = headers.get('origin');
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin';
  return isAppOrigin(site, origin);
}
