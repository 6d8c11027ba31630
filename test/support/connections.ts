import { type Connection, type Recovery } from '../../core/lifecycle/connection';
import { type LifecycleFacts } from '../../core/lifecycle/facts';
import { refreshAtFor } from '../../core/lifecycle/refresh-policy';
import { DAY_MS } from '../../core/time';

export const LIFE_MS = 60 * DAY_MS;

/** A connected account whose token was issued at `issuedAt`. */
export function connectionOf(issuedAt: number, changed: Partial<Connection> = {}): Connection {
  const expiresAt = issuedAt + LIFE_MS;
  return {
    id: 'int_model',
    provider: 'instagram',
    appId: 'app',
    accountId: '1784',
    accountScopedId: '99',
    username: 'model',
    contactEmail: null,
    scopes: ['instagram_business_basic'],
    state: 'active',
    reason: null,
    grantNo: 1,
    grantedAt: issuedAt,
    deauthorizedAt: null,
    version: 1,
    lastVersion: 1,
    issuedAt,
    expiresAt,
    refreshAt: refreshAtFor({ issuedAt, expiresAt }, 0.5),
    paused: false,
    failedAttempts: 0,
    failingSince: null,
    nextAttemptAt: null,
    failingNoticed: false,
    expiringNoticed: false,
    lastError: null,
    recovery: null,
    recoveryRefreshVersion: null,
    expiredAt: null,
    remindersSent: 0,
    nextReminderAt: null,
    ...changed,
  };
}

export function recoveryOf(since: number, changed: Partial<Recovery> = {}): Recovery {
  return {
    cause: 'rejection',
    returnTo: 'active',
    since,
    tries: 0,
    youngProbes: 0,
    nextAttemptAt: since,
    ownerAction: null,
    held: false,
    code: 190,
    subcode: null,
    source: 'test',
    ...changed,
  };
}

/** What a lifecycle knows of a connected account whose token was issued at `issuedAt`. */
export function lifecycleFactsOf(issuedAt: number, changed: Partial<LifecycleFacts> = {}): LifecycleFacts {
  return {
    integrationId: 'int_model',
    provider: 'instagram',
    username: 'model',
    state: 'active',
    reason: null,
    version: 1,
    grantNo: 1,
    issuedAt,
    expiresAt: issuedAt + LIFE_MS,
    refreshAt: issuedAt + LIFE_MS - 14 * DAY_MS,
    paused: false,
    failedAttempts: 0,
    nextAttemptAt: null,
    expiringNoticed: false,
    recovery: null,
    reminder: null,
    lastError: null,
    ...changed,
  };
}
