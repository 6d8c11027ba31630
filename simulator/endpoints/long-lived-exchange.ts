import { refuse } from '../graph/errors';
import { type Parameters, text } from '../graph/parameters';
import { checkProof } from '../graph/proof';
import { BASIC } from '../world/scopes';
import { EXCHANGED_LIFE_MS, mintToken, refuseForeign, requireGrant, requireScopes } from '../world/tokens';
import { type World } from '../world/world';

/**
 * Short-lived token for a long-lived one.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
 */
export function exchangeToken(world: World, method: string, parameters: Parameters): object {
  const fits =
    method === 'GET' &&
    text(parameters, 'grant_type') === 'ig_exchange_token' &&
    text(parameters, 'client_secret') === world.settings.appSecret;
  // The one answer for everything that is wrong about the request, whatever its method.
  if (!fits) throw refuse('unsupported_request', { method: 'get' });
  const value = text(parameters, 'access_token');
  refuseForeign(world, value);
  const { account, token } = requireGrant(world, value);
  checkProof(world, parameters, false);
  if (account.tester === 'pending') throw refuse('unsupported_request', { method: 'get' });
  if (token.kind === 'long') throw refuse('session_key_invalid');
  requireScopes(token, [BASIC]);
  const long = mintToken(world, account, { kind: 'long', scopes: token.scopes, lifeMs: EXCHANGED_LIFE_MS });
  return { access_token: long.value, token_type: 'bearer', expires_in: EXCHANGED_LIFE_MS / 1_000 };
}
