import { setTimeout as sleep } from 'node:timers/promises';
import { type Account } from '../../adapters/instagram/me';
import { ProviderError } from '../../adapters/instagram/provider-error';
import {
  type Held,
  type HeldLongLived,
  advanceHolding,
  sealHolding,
} from '../../adapters/postgres/access/oauth-holdings';
import { isRevoked } from '../../adapters/postgres/access/connect-links';
import { addAuditEntry } from '../../adapters/postgres/access/audit-log';
import { type Round, finishRound } from '../../adapters/postgres/access/oauth-states';
import { AccountTaken, GrantTooLate, storeGrant } from '../../adapters/postgres/integrations/grants';
import { disconnect } from '../../adapters/postgres/integrations/disconnect';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findByAccount } from '../../adapters/postgres/integrations/integrations';
import { ownerActor } from '../../core/access/actor';
import { type Holding } from '../../core/access/connect-policy';
import { MINIMUM_GRANT_LIFE_MS, undatedLifetime } from '../../core/lifecycle/refresh-policy';
import { subscribeToMessages } from '../message-subscription';
import { notifyLifecycle } from '../notify-lifecycle';
import { mayReadMessages } from '../message-permission';
import { recordProviderSignal } from '../provider-signal';
import { type ConnectDeps } from './deps';
import { type Ending } from './report-ending';

type Of<H extends Holding> = Extract<Held, { holds: H }>;

/** A code for a short-lived token. @throws ProviderError */
export async function exchangeCode(
  deps: ConnectDeps,
  round: Round,
  integration: Integration,
  held: Of<'code'>,
): Promise<Ending | null> {
  const short = await deps.instagram.exchangeCode(held);
  await keep(deps, round, integration, 'code', { holds: 'short_lived', ...short });
  return null;
}

/** A short-lived token for a long-lived one. @throws ProviderError */
export async function exchangeForLongLived(
  deps: ConnectDeps,
  round: Round,
  integration: Integration,
  { token, scopes, scopedId }: Of<'short_lived'>,
): Promise<Ending | null> {
  // An answer that names no scopes at all says nothing about them.
  const isMissing = (scope: string) => scopes.length > 0 && !scopes.includes(scope);
  if (deps.instagram.settings.scopes.some(isMissing)) return { result: 'missing_permissions' };
  const startedAt = deps.clock.now();
  const long = await deps.instagram.exchangeForLongLived(token).catch((error: unknown) => {
    if (!(error instanceof ProviderError) || error.failure.problem !== 'already_long_lived') throw error;
    // Some apps receive a long-lived token at once, without its expiry. The first refresh returns the expiry.
    return { token, lifetimeClamped: true, ...undatedLifetime(startedAt) };
  });
  await keep(deps, round, integration, 'short_lived', { holds: 'long_lived', ...long, scopes, scopedId });
  return null;
}

/** Asks whose the token is, checks, and makes it the integration's: the only step that changes it. @throws ProviderError */
export async function conclude(
  deps: ConnectDeps,
  round: Round,
  integration: Integration,
  held: HeldLongLived,
): Promise<Ending> {
  const { holds: _, scopedId, refreshAt, ...long } = held;
  const found = await deps.instagram.probe(long.token);
  const account = { ...found, scopedId: found.scopedId ?? scopedId };
  await recordProviderSignal(deps, integration, null);
  // The probe has proven the basic permission.
  if (long.scopes.length === 0 && !(await mayReadMessages(deps.instagram, long.token)))
    return { result: 'missing_permissions' };
  const scopes = long.scopes.length > 0 ? long.scopes : [...deps.instagram.settings.scopes];
  if (long.expiresAt - long.issuedAt <= MINIMUM_GRANT_LIFE_MS)
    return {
      result: 'failed',
      refusal: 'other',
      failed: { operation: 'exchange', code: null, subcode: null },
    };
  if (integration.accountId !== null && integration.accountId !== account.id)
    return { result: 'wrong_account', other: account.username };
  const target = await targetFor(deps, integration, account);
  if (target === null) return { result: 'account_taken', other: account.username };
  try {
    const now = deps.clock.now();
    const expected = target.id === integration.id ? round.grantNo : target.grantNo;
    await storeGrant(
      deps.pool,
      deps.sealer,
      target.id,
      expected,
      { ...long, ...(refreshAt !== undefined && { refreshAt }), scopes, account },
      now,
      deps.random(),
      async (db, { grantNo }) => {
        const outcome = { refusal: null, other: null, integrationId: target.id, grantNo };
        if (await isRevoked(db, round.link)) throw new GrantTooLate();
        if (!(await finishRound(db, round, { result: 'connected', ...outcome }, now)))
          throw new GrantTooLate();
        const entry = { action: 'integration.connect', integrationId: target.id } as const;
        await addAuditEntry(db, ownerActor(target.ownerRef, null), entry, now);
        // The owner reconnected an existing account, so the new, empty integration is not needed.
        if (target.id !== integration.id) await disconnect(db, integration.id, now);
      },
    );
    await Promise.all([notifyLifecycle(deps, target.id), subscribeToMessages(deps, target.id)]);
    return { result: 'connected', isStored: true };
  } catch (error) {
    if (error instanceof AccountTaken) return { result: 'account_taken', other: account.username };
    if (error instanceof GrantTooLate) return { result: 'link_outdated' };
    throw error;
  }
}

/** About a minute, with pauses of at most a second. */
const KEEP_TRIES = 60;

/** Stores what Instagram gave before anything else is done with it: it gives it once. */
async function keep(
  deps: ConnectDeps,
  round: Round,
  integration: Integration,
  before: Holding,
  holding: Held,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const sealed = await sealHolding(deps.sealer, integration, holding);
      const expiresAt = await advanceHolding(deps.pool, round, before, sealed, deps.clock.now());
      round.expiresAt = expiresAt ?? round.expiresAt;
      round.obstacle = null;
      return;
    } catch (error) {
      if (tries === KEEP_TRIES) throw error;
      await (deps.pause ?? sleep)(Math.min(tries * 100, 1_000));
    }
  }
}

/** The integration for the grant: an existing one of the same owner and account, or the given one. null: taken. */
async function targetFor(
  deps: Pick<ConnectDeps, 'pool'>,
  integration: Integration,
  account: Account,
): Promise<Integration | null> {
  const live = await findByAccount(deps.pool, integration.provider, integration.appId, account.id);
  if (!live || live.id === integration.id) return integration;
  return live.ownerRef === integration.ownerRef ? live : null;
}
