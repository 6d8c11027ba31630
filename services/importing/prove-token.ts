import { type Instagram } from '../../adapters/instagram/client';
import { type Account } from '../../adapters/instagram/me';
import { ProviderError } from '../../adapters/instagram/provider-error';
import { BASIC_SCOPE, MESSAGES_SCOPE } from '../../adapters/instagram/settings';
import { type Grant } from '../../adapters/postgres/integrations/grants';
import { mayBeTheSecret } from '../../core/access/connect-refusals';
import { type Secret } from '../../core/access/secret';
import { type GivenGrant } from '../../core/importing/policy';
import { ImportRefused } from '../../core/importing/refusals';
import { settlesToken } from '../../core/lifecycle/failure';
import { type Lifetime } from '../../core/lifecycle/refresh-policy';
import { mayReadMessages } from '../message-permission';

type Dated = Omit<Grant, 'scopes' | 'account'>;

/**
 * A token without an expiry is offered to the long-lived exchange: a short-lived one becomes a long-lived one with an
 * expiry, and the refusal of any other proves that it is long-lived.
 * @throws ImportRefused | ProviderError
 */
export async function dateToken(
  instagram: Pick<Instagram, 'exchangeForLongLived'>,
  { accessToken: token, expiresAt }: GivenGrant,
  lifetime: Lifetime,
): Promise<Dated> {
  const asGiven = { token, ...lifetime, lifetimeClamped: false };
  if (expiresAt !== undefined) return asGiven;
  try {
    return await instagram.exchangeForLongLived(token);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.failure.problem === 'already_long_lived') return asGiven;
    throw mayBeTheSecret(error.refusal) ? new ImportRefused('not_exchanged') : refusalFor(error);
  }
}

/** Whose the token is. @throws ImportRefused | ProviderError */
export async function proveAccount(instagram: Pick<Instagram, 'probe'>, token: Secret): Promise<Account> {
  return instagram.probe(token).catch((error: unknown) => {
    throw refusalFor(error);
  });
}

/**
 * Only what calls prove is claimed. The probe has proven the basic permission.
 * @param isNeeded whether an unclear answer is thrown
 */
export async function proveScopes(
  instagram: Pick<Instagram, 'listConversations'>,
  token: Secret,
  isNeeded: boolean,
): Promise<string[]> {
  const mayRead = await mayReadMessages(instagram, token).catch((error: unknown) => {
    if (!(error instanceof ProviderError)) throw error;
    if (isNeeded && !settlesToken(error.failure)) throw error;
    return false;
  });
  return mayRead ? [BASIC_SCOPE, MESSAGES_SCOPE] : [BASIC_SCOPE];
}

/** Errors that do not concern the token are passed on. */
function refusalFor(error: unknown): unknown {
  if (!(error instanceof ProviderError) || !settlesToken(error.failure)) return error;
  return new ImportRefused(error.failure.class === 'owner_action' ? 'owner_action' : 'refused');
}
