import { ProviderError } from '../../adapters/instagram/provider-error';
import { type Account } from '../../adapters/instagram/me';
import {
  AccountTaken,
  type Grant,
  GrantTooLate,
  storeGrant,
} from '../../adapters/postgres/integrations/grants';
import { disconnect } from '../../adapters/postgres/integrations/disconnect';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findByAccount, findIntegration } from '../../adapters/postgres/integrations/integrations';
import { subscribeToMessages } from '../../services/message-subscription';
import { MINIMUM_GRANT_LIFE_MS, undatedLifetime } from '../../core/lifecycle/refresh-policy';
import { type Secret } from '../../core/access/secret';
import { type ConnectResult } from '../../core/text/owner-pages';
import { type HttpDeps } from '../deps';
import { notifyLifecycle } from '../api/lifecycle/notify-lifecycle';

/** A long-lived token whose account is not known yet. */
type LongLived = Omit<Grant, 'scopes' | 'account'>;

export interface Completed {
  result: ConnectResult;
  integration: Integration;
  /** The account that Instagram returned, if it is a different one. */
  other: string | null;
}

/**
 * Turns an authorization code into a stored grant: exchanges it for a short-lived and a long-lived token, probes, checks.
 * The integration changes only in the last step.
 */
export async function completeConnect(
  deps: Pick<
    HttpDeps,
    'pool' | 'sealer' | 'instagram' | 'clock' | 'random' | 'logger' | 'lifecycles' | 'temporal'
  >,
  integration: Integration,
  grantNo: number,
  code: Secret,
  redirectUri: string,
): Promise<Completed> {
  const ended = (result: ConnectResult, other: string | null = null, of = integration): Completed => ({
    result,
    other,
    integration: of,
  });
  // Disconnected or connected by another flow in the meantime: Instagram is not called. If it was deauthorized in the
  // meantime, the new grant shows whether the deauthorization is older.
  if (integration.state === 'disconnected') return ended('link_outdated');
  if (integration.grantNo !== grantNo && integration.reason !== 'deauthorized') return ended('link_outdated');
  let granted: Awaited<ReturnType<typeof exchange>>;
  try {
    granted = await exchange(deps, code, redirectUri);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    deps.logger.warn(
      {
        integrationId: integration.id,
        operation: error.operation,
        status: error.status,
        errorCode: error.code,
      },
      'connect failed',
    );
    return ended('failed');
  }
  const { account, scopes, long } = granted;
  if (deps.instagram.settings.scopes.some((scope) => !scopes.includes(scope)))
    return ended('missing_permissions');
  if (long.expiresAt - long.issuedAt <= MINIMUM_GRANT_LIFE_MS) return ended('failed');
  if (integration.accountId !== null && integration.accountId !== account.id)
    return ended('wrong_account', account.username);

  const target = await targetFor(deps, integration, account);
  if (target === null) return ended('account_taken', account.username);
  try {
    const expected = target.id === integration.id ? grantNo : target.grantNo;
    const stored = await storeGrant(
      deps.pool,
      deps.sealer,
      target.id,
      expected,
      { ...long, scopes, account },
      deps.clock.now(),
      deps.random(),
    );
    // The owner reconnected an existing account, so the new, empty integration is not needed.
    if (target.id !== integration.id) await disconnect(deps.pool, integration.id, deps.clock.now());
    await Promise.all([notifyLifecycle(deps, stored.id), subscribeToMessages(deps, stored.id)]);
    return ended('connected', null, stored);
  } catch (error) {
    if (error instanceof AccountTaken) return ended('account_taken', account.username);
    if (error instanceof GrantTooLate)
      return ended('link_outdated', null, (await findIntegration(deps.pool, integration.id)) ?? integration);
    throw error;
  }
}

async function exchange(
  deps: Pick<HttpDeps, 'instagram' | 'clock'>,
  code: Secret,
  redirectUri: string,
): Promise<{ long: LongLived; scopes: string[]; account: Account }> {
  const short = await deps.instagram.exchangeCode({ code, redirectUri });
  const long = await longLived(deps, short.token);
  const account = await deps.instagram.probe(long.token);
  return {
    long,
    scopes: short.scopes,
    account: { ...account, scopedId: account.scopedId ?? short.scopedId },
  };
}

/** Some apps receive a long-lived token at once, without its expiry. The first refresh returns the expiry. */
async function longLived(deps: Pick<HttpDeps, 'instagram' | 'clock'>, token: Secret): Promise<LongLived> {
  const startedAt = deps.clock.now();
  try {
    return await deps.instagram.exchangeForLongLived(token);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.failure.problem !== 'already_long_lived') throw error;
    return { token, lifetimeClamped: true, ...undatedLifetime(startedAt) };
  }
}

/** The integration for the grant: an existing one of the same owner and account, or the given one. null: taken. */
async function targetFor(
  deps: Pick<HttpDeps, 'pool'>,
  integration: Integration,
  account: Account,
): Promise<Integration | null> {
  const live = await findByAccount(deps.pool, integration.provider, integration.appId, account.id);
  if (!live || live.id === integration.id) return integration;
  return live.ownerRef === integration.ownerRef ? live : null;
}
