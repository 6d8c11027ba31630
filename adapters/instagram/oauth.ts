import { z } from 'zod';
import { clampLifeMs } from '../../core/lifecycle/refresh-policy';
import { Secret } from '../../core/access/secret';
import { DAY_MS } from '../../core/time';
import { type InstagramSettings } from './settings';
import { type ProviderAnswer, type ProviderHttp } from './http';
import { ProviderError } from './provider-error';

/** A long-lived token as an exchange or refresh answered it. Instants are epoch ms of our own clock. */
export interface LongLivedToken {
  token: Secret;
  issuedAt: number;
  expiresAt: number;
  lifetimeClamped: boolean;
  /** How far Instagram's clock is ahead of ours, in ms, by its `Date` header; null when it gave none. */
  clockSkewMs: number | null;
}

const id = z.union([z.string(), z.number()]).transform(String);
const permissions = z.union([z.string().transform((list) => list.split(',')), z.array(z.string())]);
const shortLived = z.object({
  access_token: z.string().min(1),
  user_id: id,
  permissions: permissions.optional(),
});
const longLived = z.object({ access_token: z.string().min(1), expires_in: z.unknown() });

/** The address of the consent page. @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login */
export function authorizeUrl(
  settings: InstagramSettings,
  round: { state: string; redirectUri: string; force: boolean },
): string {
  const url = new URL(settings.authorizeUrl);
  url.searchParams.set('client_id', settings.appId);
  url.searchParams.set('redirect_uri', round.redirectUri);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('scope', settings.scopes.join(','));
  url.searchParams.set('state', round.state);
  if (round.force) url.searchParams.set('force_authentication', '1');
  return url.toString();
}

/**
 * Exchanges an authorization code for a short-lived token. Both documented and flat answers are read.
 * @throws ProviderError
 */
export async function exchangeCode(
  http: ProviderHttp,
  settings: InstagramSettings,
  { code, redirectUri }: { code: Secret; redirectUri: string },
): Promise<{ token: Secret; scopedId: string; scopes: string[] }> {
  const { body } = await http({
    method: 'POST',
    operation: 'exchange_code',
    url: `${settings.apiUrl}/oauth/access_token`,
    form: {
      client_id: settings.appId,
      client_secret: settings.appSecret.reveal(),
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code: code.reveal(),
    },
  });
  const inner = (body as { data?: unknown[] } | null)?.data;
  const parsed = shortLived.safeParse(Array.isArray(inner) ? inner[0] : body);
  if (!parsed.success) throw ProviderError.unreadable('exchange_code', 200);
  const { access_token, user_id, permissions: scopes = [] } = parsed.data;
  return {
    token: new Secret(access_token),
    scopedId: user_id,
    scopes: scopes.map((scope) => scope.trim()).filter(Boolean),
  };
}

/** Exchanges a short-lived token for a long-lived one (60 days). @throws ProviderError */
export async function exchangeForLongLived(
  http: ProviderHttp,
  settings: InstagramSettings,
  shortLivedToken: Secret,
): Promise<LongLivedToken> {
  const answer = await http({
    method: 'GET',
    operation: 'exchange',
    url: `${settings.graphUrl}/access_token`,
    query: { grant_type: 'ig_exchange_token', client_secret: settings.appSecret.reveal() },
    token: shortLivedToken,
  });
  return longLivedOf('exchange', answer);
}

/**
 * Refreshes a long-lived token that is at least 24 hours old and still valid; it is then valid for 60 more days. The answer
 * may carry the same string or a new one, and the old one may or may not live on.
 * @throws ProviderError
 * @see https://developers.facebook.com/documentation/instagram-platform/reference/refresh_access_token
 */
export async function refreshToken(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
): Promise<LongLivedToken> {
  const answer = await http({
    method: 'GET',
    operation: 'refresh',
    url: `${settings.graphUrl}/refresh_access_token`,
    query: { grant_type: 'ig_refresh_token' },
    token,
  });
  return longLivedOf('refresh', answer, 60 * 24 * 3600);
}

/**
 * Any answer with a non-empty token is kept; an odd lifetime is clamped, because dropping the token could lose the
 * grant. The token counts from the beginning of the request, by the clock that is behind: one that is dated too late
 * would be refreshed too late.
 */
function longLivedOf(
  operation: string,
  answer: ProviderAnswer,
  fallbackLifeSeconds?: number,
): LongLivedToken {
  const parsed = longLived.safeParse(answer.body);
  if (!parsed.success) throw ProviderError.unreadable(operation, 200);
  const life =
    clampLifeMs(parsed.data.expires_in) ?? (fallbackLifeSeconds ? clampLifeMs(fallbackLifeSeconds) : null);
  if (!life) throw ProviderError.unreadable(operation, 200);
  const issuedAt = earlierOf(answer);
  const believable = clampLifeMs(parsed.data.expires_in) !== null && !life.clamped;
  return {
    token: new Secret(parsed.data.access_token),
    issuedAt,
    expiresAt: issuedAt + life.lifeMs,
    lifetimeClamped: !believable,
    clockSkewMs: answer.date === null ? null : answer.date - answer.startedAt,
  };
}

/** Further away than this a `Date` is no clock that someone forgot to set, but nonsense. */
const PLAUSIBLE_MS = 365 * DAY_MS;

/** `Date` is in whole seconds: it names the second that the answer was written in. */
function earlierOf({ startedAt, date }: ProviderAnswer): number {
  if (date === null || startedAt - date > PLAUSIBLE_MS) return startedAt;
  return Math.min(startedAt, date + 999);
}
