import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { fromBase64url } from '../adapters/base64url';
import { deriveKey, sign } from '../adapters/encryption/key-ring';
import { type Integration } from '../adapters/postgres/integration-row';
import { WARNING_DAYS } from '../core/refresh-policy';
import { DAY_MS } from '../core/time';
import { type Caller } from './auth';
import { type HttpDeps } from './deps';

const PURPOSE = 'connect-link';
const CONNECT_LINK_LIFE_MS = DAY_MS;

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

/** A signed address that lets an owner connect one integration. Opening it consumes nothing; completing it does. */
function makeLink(deps: HttpDeps, link: Link): string {
  const payload = Buffer.from(
    JSON.stringify({
      i: link.integrationId,
      g: link.grantNo,
      v: link.version,
      e: link.expiresAt,
      r: link.returnTo,
    }),
  ).toString('base64url');
  const signature = sign(deriveKey(deps.sealer.ring.sealing, PURPOSE), payload).toString('base64url');
  return `${deps.site.publicUrl}/connect/${payload}.${signature}`;
}

/** Reads a link that any key of the ring signed; null when it is forged, damaged or past its end. */
export function readLink(deps: HttpDeps, text: string): Link | null {
  const [payload, signature, ...rest] = text.split('.');
  if (!payload || !signature || rest.length > 0) return null;
  const given = fromBase64url(signature);
  if (!given) return null;
  const genuine = deps.sealer.ring.keys.some((key) => {
    const expected = sign(deriveKey(key, PURPOSE), payload);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!genuine) return null;
  const parsed = content.safeParse(jsonOf(payload));
  if (!parsed.success) return null;
  const { i, g, v, e, r } = parsed.data;
  if (e !== null && deps.clock.now() >= e) return null;
  return { integrationId: i, grantNo: g, version: v, expiresAt: e, returnTo: r };
}

/** A link for now: valid for a day, and until there is a newer grant. */
export function makeConnectLink(
  deps: HttpDeps,
  integration: Pick<Integration, 'id' | 'grantNo'>,
  returnTo: string | null = null,
): { url: string; expiresAt: string } {
  const expiresAt = deps.clock.now() + CONNECT_LINK_LIFE_MS;
  const url = makeLink(deps, {
    integrationId: integration.id,
    grantNo: integration.grantNo,
    version: null,
    expiresAt,
    returnTo,
  });
  return { url, expiresAt: new Date(expiresAt).toISOString() };
}

/** The owner's way back, given within 7 days of the end and after it; valid until there is a newer token. */
export function reconnectUrlFor(deps: HttpDeps, caller: Caller, integration: Integration): string | null {
  if (!caller.scopes.has('operate')) return null;
  const { id, state, expiresAt, grantNo, version } = integration;
  if (state === 'pending' || state === 'disconnected') return null;
  const near = expiresAt !== null && expiresAt - deps.clock.now() <= WARNING_DAYS * DAY_MS;
  if (state !== 'expired' && !near) return null;
  return makeLink(deps, { integrationId: id, grantNo, version, expiresAt: null, returnTo: null });
}

function jsonOf(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
