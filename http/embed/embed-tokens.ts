import { z } from 'zod';
import { HOUR_MS } from '../../core/time';
import { readSigned, signText } from '../../adapters/encryption/signed-text';
import { addEmbedToken, isEmbedTokenRevoked } from '../../adapters/postgres/access/embed-tokens';
import { type KeyHolder, callerOf } from '../middleware/caller';
import { type HttpDeps } from '../deps';
import { isAppOrigin } from '../middleware/origins';

const PREFIX = 'evge_';
const PURPOSE = 'embed-token';
const EMBED_TOKEN_LIFE_MS = HOUR_MS;

const content = z.object({
  /** Absent: of an earlier release. */
  t: z.string().optional(),
  o: z.string(),
  /** Hash of the API key that created it, base64url. The token ends with the key. */
  k: z.string(),
  /** Expiry in epoch ms. */
  e: z.number(),
});

/** What a genuine token says, whether it is still valid or not. */
export interface EmbedToken {
  id: string | null;
  ownerRef: string;
  keyHash: Buffer;
  /** Epoch ms. */
  expiresAt: number;
}

/** A token for one owner's page. It ends after an hour, and no later than its maker. */
export async function createEmbedToken(
  deps: Pick<HttpDeps, 'pool' | 'sealer' | 'clock'>,
  { keyId, keyHash, line }: KeyHolder,
  ownerRef: string,
): Promise<{ id: string; token: string; expiresAt: string }> {
  const createdAt = deps.clock.now();
  const expiresAt = Math.min(createdAt + EMBED_TOKEN_LIFE_MS, line.endsAt ?? Infinity);
  const id = await addEmbedToken(deps.pool, { ownerRef, createdBy: keyId, createdAt, expiresAt });
  const said = { t: id, o: ownerRef, k: keyHash.toString('base64url'), e: expiresAt };
  const token = PREFIX + signText(deps.sealer.ring, PURPOSE, said);
  return { id, token, expiresAt: new Date(expiresAt).toISOString() };
}

export function isEmbedToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Reads a token without the database. null: forged or damaged. */
export function readEmbedToken({ sealer }: Pick<HttpDeps, 'sealer'>, text: string): EmbedToken | null {
  const parsed = content.safeParse(readSigned(sealer.ring, PURPOSE, text.slice(PREFIX.length)));
  if (!parsed.success) return null;
  const { t: id = null, o: ownerRef, k, e: expiresAt } = parsed.data;
  return { id, ownerRef, keyHash: Buffer.from(k, 'base64url'), expiresAt };
}

/**
 * The caller of an embed token. null: it is over or revoked, its key is invalid, or the request does not come from a page
 * of the product's app.
 */
export async function callerByEmbedToken(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'site' | 'apiKey'>,
  { id, ownerRef, keyHash, expiresAt }: EmbedToken,
  headers: Headers,
): Promise<KeyHolder | null> {
  if (!isFromAppPage(deps, headers) || deps.clock.now() >= expiresAt) return null;
  if (id !== null && (await isEmbedTokenRevoked(deps.pool, id))) return null;
  const maker = await callerOf(deps, keyHash);
  if (!maker) return null;
  return {
    ...maker,
    name: `embed/${maker.name}`,
    actor: { ...maker.actor, kind: 'embed_token', name: ownerRef },
    scopes: new Set(),
    ownerRefs: [ownerRef],
    isEmbed: true,
    embedTokenId: id,
  };
}

/** Browsers send `Origin` with cross-origin requests and `Sec-Fetch-Site` with same-origin ones. */
function isFromAppPage({ site }: Pick<HttpDeps, 'site'>, headers: Headers): boolean {
  const origin = headers.get('origin');
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin';
  return isAppOrigin(site, origin);
}
