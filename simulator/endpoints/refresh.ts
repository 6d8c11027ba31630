import { refuse } from '../graph/errors';
import { type Parameters, text } from '../graph/parameters';
import { checkProof } from '../graph/proof';
import { BASIC } from '../world/scopes';
import { type Token } from '../world/state';
import {
  type Grant,
  MIN_REFRESH_AGE_MS,
  mintToken,
  refuseForeign,
  REFRESHED_LIFE_MS,
  requireGrant,
  requireScopes,
} from '../world/tokens';
import { type World } from '../world/world';

/** What a token that a refresh replaced is refused with, where it does not stay alive. */
const SUPERSEDED_SUBCODE = 462;

/**
 * Restarts the life of a long-lived token: 60 days from now.
 * @see https://developers.facebook.com/documentation/instagram-platform/reference/refresh_access_token
 */
export function refreshToken(world: World, method: string, parameters: Parameters): object {
  if (method !== 'GET' || text(parameters, 'grant_type') !== 'ig_refresh_token') {
    throw refuse('unsupported_request', { method: 'get' });
  }
  const value = text(parameters, 'access_token');
  refuseForeign(world, value);
  const grant = requireGrant(world, value);
  checkProof(world, parameters);
  if (grant.token.kind === 'short') throw refuse('unsupported_request', { method: 'get' });
  requireScopes(grant.token, [BASIC]);
  if (world.clock.now() - grant.token.issuedAt < MIN_REFRESH_AGE_MS) throw refuse('too_young_to_refresh');
  const token = world.state.mode.refreshReturns === 'same' ? restart(world, grant) : replace(world, grant);
  return { access_token: token.value, token_type: 'bearer', expires_in: REFRESHED_LIFE_MS / 1_000 };
}

function restart(world: World, { token, account }: Grant): Token {
  token.issuedAt = world.clock.now();
  token.expiresAt = token.issuedAt + REFRESHED_LIFE_MS;
  world.changed(account);
  return token;
}

function replace(world: World, { account, token: old }: Grant): Token {
  if (world.state.mode.refreshReturns === 'new_old_dead') {
    old.invalid = { subcode: SUPERSEDED_SUBCODE, at: world.clock.now() };
  }
  return mintToken(world, account, { kind: 'long', scopes: old.scopes, lifeMs: REFRESHED_LIFE_MS });
}
