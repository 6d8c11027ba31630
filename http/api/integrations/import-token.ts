import { mayReadMessages } from '../../../services/message-permission';
import { subscribeToMessages } from '../../../services/message-subscription';
import { ProviderError } from '../../../adapters/instagram/provider-error';
import { BASIC_SCOPE, MESSAGES_SCOPE } from '../../../adapters/instagram/settings';
import { disconnect } from '../../../adapters/postgres/integrations/disconnect';
import { AccountTaken, type Grant, storeGrant } from '../../../adapters/postgres/integrations/grants';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { createIntegration, findByAccount } from '../../../adapters/postgres/integrations/integrations';
import {
  type Lifetime,
  MAXIMUM_GRANT_LIFE_MS,
  MINIMUM_GRANT_LIFE_MS,
  USUAL_LIFE_MS,
  undatedLifetime,
} from '../../../core/lifecycle/refresh-policy';
import { mayBeTheSecret } from '../../../core/access/connect-refusals';
import { settlesToken } from '../../../core/lifecycle/failure';
import { Secret } from '../../../core/access/secret';
import { isUsable } from '../../../core/lifecycle/states';
import { type HttpDeps } from '../../deps';
import { newRow } from './new-row';
import { Problem, invalidField } from '../../problems';
import { notifyLifecycle } from '../../../services/notify-lifecycle';

type ImportTokenDeps = Pick<
  HttpDeps,
  'pool' | 'sealer' | 'instagram' | 'clock' | 'random' | 'logger' | 'lifecycles' | 'temporal'
>;

interface Wanted {
  ownerRef: string;
  externalId?: string | undefined;
  contact?: { email: string } | undefined;
}

interface GivenGrant {
  accessToken: string;
  expiresAt?: string | undefined;
  issuedAt?: string | undefined;
}

/**
 * Imports a long-lived token from another system: probes it, then stores it as a grant, once per account. A usable
 * connection of the same owner is kept, unless the imported token is known to be newer.
 */
export async function importToken(
  deps: ImportTokenDeps,
  wanted: Wanted,
  given: GivenGrant,
): Promise<Integration> {
  refuseForeign(given.accessToken);
  const lifetime = lifetimeOf(deps.clock.now(), given);
  const token = new Secret(given.accessToken);
  const dated =
    given.expiresAt === undefined
      ? await exchanged(deps, token, lifetime)
      : { token, ...lifetime, lifetimeClamped: false };
  const scopes = await provenScopes(deps, dated.token);
  const account = await deps.instagram.probe(dated.token).catch((error: unknown) => {
    throw refusalFor(error);
  });
  const grant = { ...dated, scopes, account };
  const existing = await findByAccount(deps.pool, 'instagram', deps.instagram.settings.appId, account.id);
  if (existing) return renew(deps, existing, wanted, grant, given.issuedAt !== undefined);
  const row = await createIntegration(deps.pool, newRow(deps, wanted), deps.clock.now());
  try {
    return await store(deps, row, grant);
  } catch (error) {
    if (!(error instanceof AccountTaken)) throw error;
    // A concurrent request imported the same account.
    await disconnect(deps.pool, row.id, deps.clock.now());
    const winner = await findByAccount(deps.pool, row.provider, row.appId, account.id);
    if (!winner) throw taken();
    return renew(deps, winner, wanted, grant, given.issuedAt !== undefined);
  }
}

async function renew(
  deps: ImportTokenDeps,
  existing: Integration,
  wanted: Wanted,
  grant: Grant,
  isDated: boolean,
): Promise<Integration> {
  if (existing.ownerRef !== wanted.ownerRef) throw taken();
  const works = isUsable(existing.state) && deps.clock.now() < (existing.expiresAt ?? 0);
  if (works && !(isDated && grant.issuedAt > (existing.issuedAt ?? 0))) return existing;
  return store(deps, existing, grant);
}

async function store(deps: ImportTokenDeps, row: Integration, grant: Grant): Promise<Integration> {
  const now = deps.clock.now();
  const stored = await storeGrant(deps.pool, deps.sealer, row.id, row.grantNo, grant, now, deps.random());
  await Promise.all([notifyLifecycle(deps, stored.id), subscribeToMessages(deps, stored.id)]);
  return stored;
}

/** What tokens of other products of Meta begin with. */
const FOREIGN: readonly [prefix: RegExp, product: string][] = [
  [/^EAA/, 'Facebook'],
  [/^IGQ/, 'the Instagram Basic Display API, which Meta has shut down'],
  [/^TH[A-Z]/, 'Threads'],
];

function refuseForeign(accessToken: string): void {
  const [, product] = FOREIGN.find(([prefix]) => prefix.test(accessToken)) ?? [];
  if (product === undefined) return;
  throw new Problem(
    'grant_refused',
    `This is a token of ${product}. Evergrant needs one of the Instagram API with Instagram Login, which starts with IGAA.`,
  );
}

type Dated = Omit<Grant, 'scopes' | 'account'>;

/**
 * A token without an expiry is offered to the long-lived exchange: a short-lived one becomes a long-lived one with an
 * expiry, and the refusal of any other proves that it is long-lived.
 */
async function exchanged(
  deps: Pick<HttpDeps, 'instagram'>,
  token: Secret,
  lifetime: Lifetime,
): Promise<Dated> {
  try {
    return await deps.instagram.exchangeForLongLived(token);
  } catch (error) {
    if (error instanceof ProviderError && error.failure.problem === 'already_long_lived')
      return { token, ...lifetime, lifetimeClamped: false };
    if (error instanceof ProviderError && mayBeTheSecret(error.refusal))
      throw new Problem(
        'grant_refused',
        'Instagram does not exchange this token, so its expiry is unknown: it may be of another app or product, or its account has no role in an app that is not live. If you know that it is long-lived, give `grant.expiresAt`.',
      );
    throw refusalFor(error);
  }
}

/** Only what calls prove is claimed. The probe proves the basic permission. */
async function provenScopes(deps: Pick<HttpDeps, 'instagram'>, token: Secret): Promise<string[]> {
  const mayRead = await mayReadMessages(deps.instagram, token).catch((error: unknown) => {
    if (error instanceof ProviderError) return false;
    throw error;
  });
  return mayRead ? [BASIC_SCOPE, MESSAGES_SCOPE] : [BASIC_SCOPE];
}

/** Errors that do not concern the token are passed on. */
function refusalFor(error: unknown): unknown {
  if (!(error instanceof ProviderError) || !settlesToken(error.failure)) return error;
  return new Problem(
    'grant_refused',
    'Instagram refused this token. Ask the owner to connect the account instead.',
  );
}

/**
 * The token's lifetime. One missing end follows from the usual lifetime. With both missing it starts now, and the first
 * refresh returns the real expiry.
 */
function lifetimeOf(
  now: number,
  { issuedAt: began, expiresAt: ends }: GivenGrant,
): Lifetime & { refreshAt?: number } {
  const expiresAtGiven = ends === undefined ? null : Date.parse(ends);
  const issuedAt = Math.min(
    now,
    began === undefined ? (expiresAtGiven ?? now + USUAL_LIFE_MS) - USUAL_LIFE_MS : Date.parse(began),
  );
  const expiresAt = expiresAtGiven ?? issuedAt + USUAL_LIFE_MS;
  if (expiresAt <= now)
    throw invalidField(
      'grant.expiresAt',
      'must be in the future: only the owner can replace an expired token',
    );
  if (expiresAt - issuedAt > MAXIMUM_GRANT_LIFE_MS)
    throw invalidField('grant.expiresAt', 'must not exceed the lifetime of an Instagram token');
  if (expiresAt - issuedAt <= MINIMUM_GRANT_LIFE_MS)
    throw invalidField('grant.expiresAt', 'must leave time to refresh the token');
  return expiresAtGiven === null ? undatedLifetime(issuedAt) : { issuedAt, expiresAt };
}

function taken(): Problem {
  return new Problem('account_taken', 'This Instagram account is already connected for another owner.');
}
