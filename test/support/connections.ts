import { type Connection, type Recovery } from '../../core/lifecycle/connection';
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
