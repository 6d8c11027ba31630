import { DAY_MS, HOUR_MS, SECOND_MS } from '../clock';
import { exactName } from '../catalogue';
import { InstagramError, refusalOf, refuse } from '../graph/errors';
import { dropOldest, LIMITS } from '../usage/limits';
import { type Account, type Token } from './state';
import { type Values } from './texts';
import { type World } from './world';

/** How long tokens are valid, and how old one must be to be refreshed. */
export const SHORT_LIFE_MS = HOUR_MS;
export const EXCHANGED_LIFE_MS = 5_183_944 * SECOND_MS;
export const REFRESHED_LIFE_MS = 60 * DAY_MS;
export const MIN_REFRESH_AGE_MS = DAY_MS;

export interface Grant {
  account: Account;
  token: Token;
}

interface Minting {
  kind: Token['kind'];
  scopes: string[];
  lifeMs: number;
  product?: Token['product'];
}

const PREFIXES: Record<Token['product'], string> = {
  instagram_login: 'IGAA',
  facebook: 'EAA',
  basic_display: 'IGQW',
};

export function mintToken(
  world: World,
  account: Account,
  { kind, scopes, lifeMs, product = 'instagram_login' }: Minting,
): Token {
  const issuedAt = world.clock.now();
  const token: Token = {
    value: `${PREFIXES[product]}${world.random.text(kind === 'long' ? 176 : 168)}ZD`,
    product,
    kind,
    scopes,
    issuedAt,
    expiresAt: issuedAt + lifeMs,
    invalid: null,
  };
  account.tokens.push(token);
  world.index.addToken(token.value, account);
  for (const old of dropOldest(account.tokens, LIMITS.tokensPerAccount)) world.index.dropToken(old.value);
  world.changed(account);
  return token;
}

/** Whose token this is, dead or alive. */
function findGrant(world: World, value: string): Grant | undefined {
  const account = world.index.byToken(value);
  const token = account?.tokens.find((one) => one.value === value);
  return account && token && { account, token };
}

/** The grant behind a token; throws what Instagram answers when it is missing, unknown, invalidated or expired. */
export function requireGrant(world: World, value: string | undefined): Grant {
  if (value === undefined || value === '') throw refuse('token_missing');
  const grant = findGrant(world, value);
  if (!grant || isForeign(grant)) throw refuse('token_unparseable');
  const { token } = grant;
  if (token.invalid) throw invalidToken(world, grant, token.invalid);
  if (world.clock.now() >= token.expiresAt) throw expired(world, token.expiresAt);
  return grant;
}

const isForeign = ({ token }: Grant): boolean => token.product !== 'instagram_login';

/** Throws what the token endpoints answer to a token of another product. */
export function refuseForeign(world: World, value: string | undefined): void {
  const grant = value === undefined ? undefined : findGrant(world, value);
  if (grant && isForeign(grant)) throw refuse('unsupported_request', { method: 'get' });
}

export function requireScopes(token: Token, scopes: readonly string[]): void {
  if (!scopes.every((scope) => token.scopes.includes(scope))) throw refuse('permission_missing');
}

function expired(world: World, on: number): InstagramError {
  return refusedToken(world, 463, { expiredOn: on });
}

/** The text follows from the subcode; with 0 or none it is that of 460. */
function invalidToken(
  world: World,
  { account }: Grant,
  { subcode, at, status, locale, message }: NonNullable<Token['invalid']>,
): InstagramError {
  const { refusal } = refusedToken(world, subcode, { userId: account.appScopedId, expiredOn: at });
  return new InstagramError({
    ...refusal,
    ...(status !== undefined && { status }),
    ...(locale && { locale }),
    ...(message !== undefined && { message }),
    ...(subcode === 490 && {
      data: { checkpoint_flow_id: account.appScopedId, checkpoint_content_id: account.id },
    }),
  });
}

function refusedToken(world: World, subcode: number | null, values: Values): InstagramError {
  const { subcodes, tokenStatus } = world.state.mode;
  const { subcode: _, ...refusal } = refusalOf(exactName(190, subcode || 460) ?? 'token_invalid', {
    appId: world.settings.appId,
    currentTime: world.clock.now(),
    ...values,
  });
  const told =
    subcode === null || subcodes === 'absent' ? {} : { subcode: subcodes === 'zero' ? 0 : subcode };
  return new InstagramError({ ...refusal, status: tokenStatus, ...told });
}
