import { InstagramError } from '../graph/errors';
import { type Parameters, text } from '../graph/parameters';
import { isAllowedRedirect } from '../world/consent';
import { type Account, type AuthorizationCode } from '../world/state';
import { mintToken, SHORT_LIFE_MS } from '../world/tokens';
import { type World } from '../world/world';

/** What goes wrong with an exchange, and what it is called. */
const MESSAGES = {
  app_unknown: 'Invalid platform app',
  secret_wrong: 'Error validating client secret.',
  grant_type_wrong: 'Invalid grant_type: it must be authorization_code',
  redirect_uri_differs:
    'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
  code_unknown: 'Matching code was not found or was already used',
  code_used: 'This authorization code has been used',
} as const;

/**
 * Authorization code for a short-lived token. Returns the JSON text of the answer, because one of its shapes
 * holds a number that JavaScript cannot.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
 */
export function exchangeCode(world: World, parameters: Parameters): string {
  const { appId, appSecret } = world.settings;
  const clientId = text(parameters, 'client_id') ?? text(parameters, 'app_id');
  if (clientId !== appId) throw refuseExchange('app_unknown');
  const secret = text(parameters, 'client_secret') ?? text(parameters, 'app_secret');
  if (secret !== appSecret) throw refuseExchange('secret_wrong');
  if (text(parameters, 'grant_type') !== 'authorization_code') throw refuseExchange('grant_type_wrong');

  const redirectUri = text(parameters, 'redirect_uri');
  // Whatever the code is: the address is none of the app's.
  if (!isAllowedRedirect(redirectUri ?? '', world.settings.redirectUris))
    throw refuseExchange('redirect_uri_differs');
  const { code, account } = redeem(world, { value: text(parameters, 'code'), clientId, redirectUri });
  const token = mintToken(world, account, { kind: 'short', scopes: code.scopes, lifeMs: SHORT_LIFE_MS });
  return world.state.mode.exchangeShape === 'data_array'
    ? dataArray(token.value, account.appScopedId, token.scopes)
    : flatNumeric(token.value, account.appScopedId, token.scopes);
}

function redeem(
  world: World,
  asked: { value: string | undefined; clientId: string; redirectUri: string | undefined },
): { code: AuthorizationCode; account: Account } {
  const code = world.state.codes.find(({ value }) => value === asked.value);
  const account = code && world.index.byId(code.accountId);
  if (!code || !account || code.clientId !== asked.clientId) throw refuseExchange('code_unknown');
  if (code.used) throw refuseExchange('code_used');
  if (world.clock.now() >= code.expiresAt) throw refuseExchange('code_unknown');
  if (code.redirectUri !== asked.redirectUri) throw refuseExchange('redirect_uri_differs');
  code.used = true;
  world.changed('settings');
  return { code, account };
}

const dataArray = (access_token: string, user_id: string, scopes: string[]) =>
  JSON.stringify({ data: [{ access_token, user_id, permissions: scopes.join(',') }] });

const flatNumeric = (token: string, userId: string, scopes: string[]) =>
  `{"access_token":${JSON.stringify(token)},"user_id":${userId},"permissions":${JSON.stringify(scopes)}}`;

function refuseExchange(reason: keyof typeof MESSAGES): InstagramError {
  return new InstagramError({
    status: 400,
    type: 'OAuthException',
    code: 400,
    message: MESSAGES[reason],
  });
}
