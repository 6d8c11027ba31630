import { z } from 'zod';
import { USUAL_LIFE_MS, clampLifeMs, refreshableAt } from '../../core/lifecycle/refresh-policy';
import { mayBeTheSecret } from '../../core/access/connect-refusals';
import { Secret } from '../../core/access/secret';
import { DAY_MS } from '../../core/time';
import { ProviderError } from './provider-error';
import { FORCE_LOGIN_PARAMETERS, type InstagramSettings } from './settings';
import { type ProviderAnswer, type ProviderHttp } from './http';
import { idText, objectReader, optional } from './reading';

/** A long-lived token as an exchange or refresh answered it. Instants are epoch ms of our own clock. */
export interface LongLivedToken {
  token: Secret;
  issuedAt: number;
  expiresAt: number;
  /** Whether the answer's lifetime was missing or not believable. */
  lifetimeClamped: boolean;
  /** How far Instagram's clock is ahead of ours, in ms, by its `Date` header; null when it gave none. */
  clockSkewMs: number | null;
}

const token = z.string().regex(/^\S+$/);
const permissions = z.union([z.string().transform((list) => list.split(',')), z.array(z.string())]);
const shortLived = z.object({
  access_token: token,
  user_id: optional(idText),
  permissions: optional(permissions),
});
const longLived = z.object({ access_token: token, expires_in: z.unknown().optional() });

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
  const forced = new URLSearchParams(settings.forceLoginParameters ?? FORCE_LOGIN_PARAMETERS);
  if (round.force) for (const [name, value] of forced) url.searchParams.set(name, value);
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
): Promise<{ token: Secret; scopedId: string | null; scopes: string[] }> {
  const { value } = await withEitherSecret(settings, (secret) =>
    http({
      method: 'POST',
      operation: 'exchange_code',
      url: `${settings.apiUrl}/oauth/access_token`,
      form: {
        client_id: settings.appId,
        client_secret: secret.reveal(),
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        code: code.reveal(),
      },
      read: objectReader(shortLived),
    }),
  );
  return {
    token: new Secret(value.access_token),
    scopedId: value.user_id ?? null,
    scopes: (value.permissions ?? []).map((scope) => scope.trim()).filter(Boolean),
  };
}

/** Exchanges a short-lived token for a long-lived one (60 days). @throws ProviderError */
export async function exchangeForLongLived(
  http: ProviderHttp,
  settings: InstagramSettings,
  shortLivedToken: Secret,
): Promise<LongLivedToken & { refreshAt?: number }> {
  const answer = await withEitherSecret(settings, (secret) =>
    http({
      method: 'GET',
      operation: 'exchange',
      url: `${settings.graphUrl}/access_token`,
      query: { grant_type: 'ig_exchange_token', client_secret: secret.reveal() },
      token: shortLivedToken,
      read: objectReader(longLived),
    }),
  );
  const granted = longLivedOf(answer);
  // An answer without a lifetime: the first refresh, as soon as it is possible, tells it.
  return granted.lifetimeClamped ? { ...granted, refreshAt: refreshableAt(granted.issuedAt) } : granted;
}

/** While the app secret is being replaced, Instagram may still expect the former one. */
async function withEitherSecret<T>(
  settings: InstagramSettings,
  call: (secret: Secret) => Promise<T>,
): Promise<T> {
  try {
    return await call(settings.appSecret);
  } catch (error) {
    const previous = settings.appSecretPrevious;
    if (!previous?.reveal() || !(error instanceof ProviderError) || !mayBeTheSecret(error.refusal))
      throw error;
    try {
      return await call(previous);
    } catch (second) {
      // The former secret is refused as well: the first answer is about the one that is meant.
      if (second instanceof ProviderError && mayBeTheSecret(second.refusal)) throw error;
      throw second;
    }
  }
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
    read: objectReader(longLived),
  });
  return longLivedOf(answer);
}

/**
 * Any answer with a non-empty token is kept; an odd lifetime is clamped, because dropping the token could lose the
 * grant. The token counts from the beginning of the request, by the clock that is behind: one that is dated too late
 * would be refreshed too late.
 */
function longLivedOf(answer: ProviderAnswer<z.output<typeof longLived>>): LongLivedToken {
  const life = clampLifeMs(answer.value.expires_in);
  const issuedAt = earlierOf(answer);
  return {
    token: new Secret(answer.value.access_token),
    issuedAt,
    expiresAt: issuedAt + (life?.lifeMs ?? USUAL_LIFE_MS),
    lifetimeClamped: life?.clamped ?? true,
    clockSkewMs: answer.date === null ? null : answer.date - answer.startedAt,
  };
}

/** Further away than this a `Date` is no clock that someone forgot to set, but nonsense. */
const PLAUSIBLE_MS = 365 * DAY_MS;

/** `Date` is in whole seconds: it names the second that the answer was written in. */
function earlierOf({ startedAt, date }: Pick<ProviderAnswer<unknown>, 'startedAt' | 'date'>): number {
  if (date === null || startedAt - date > PLAUSIBLE_MS) return startedAt;
  return Math.min(startedAt, date + 999);
}
