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
  /** Hash of the key that made it, base64url: the token ends with the key. */
  k: z.string(),
  /** The end in epoch ms. */
  e: z.number(),
});

/** A token for one owner's page: what that owner's connections are like, and the way to keep them. */
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
 * Who calls by an embed token; null when it is forged, over, or of a key that is, and when the request does not come
 * from a page of the product's own app.
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
    scopes: new Set(),
    ownerRefs: [parsed.data.o],
    isEmbed: true,
  };
}

/** Browsers name the page's origin with every request to another one, and say so when it is the same. */
function isFromAppPage({ site }: Pick<HttpDeps, 'site'>, headers: Headers): boolean {
  const origin = headers.get('origin');
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin';
  return isAppOrigin(site, origin);
}
