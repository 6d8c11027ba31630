import { type NamedActor } from '../access/actor';
import { type Change, type ChangeEvent, andThen } from './change';
import { type Connection, type ConnectionFields, type OwnerAction, type Recovery } from './connection';
import { type Refusal, ownError } from './evidence';
import { type LastError } from './facts';
import { DEFERRED_WAIT_MS } from './incident-policy';
import { ownerActionDelayMs, unclearDelayMs } from './recovery-policy';
import { FAILING_NOTICE_AFTER_MS, type Lifetime, jittered, ladderDelayMs } from './refresh-policy';
import { nextReminderAt } from './reminder-policy';
import { type Reason, causeOf } from './states';

/**
 * Every change that a connection can undergo, as a pure function of what it was. `apply-change.ts` is the one writer
 * of what they set; nothing else writes a connection's state.
 */
export type RefreshTrigger = 'schedule' | 'manual' | 'emergency' | 'recovery';

const NO_REMINDERS = { expiredAt: null, remindersSent: 0, nextReminderAt: null };
const NO_FAILURES = { failedAttempts: 0, failingSince: null, nextAttemptAt: null, lastError: null };
/** What a token that was just proven starts from. */
const FRESH = {
  state: 'active',
  reason: null,
  ...NO_FAILURES,
  failingNoticed: false,
  expiringNoticed: false,
  recovery: null,
  ...NO_REMINDERS,
} as const satisfies ConnectionFields;
/** What no longer happens to a connection that is over. */
const STOPPED = { recovery: null, nextAttemptAt: null } as const satisfies ConnectionFields;

const change = (set: ConnectionFields, ...events: ChangeEvent[]): Change => ({ set, events });
const outside = (made: Change): Change => ({ ...made, outside: true });

// Refreshing

export const refreshStarted = (): Change => change({ state: 'refreshing' });

/** A refreshed token was proven and is in use from now on. */
export function refreshed(
  token: Lifetime & { version: number; refreshAt: number },
  username: string | null,
  trigger: RefreshTrigger,
): Change {
  const { version, issuedAt, expiresAt, refreshAt } = token;
  const events: ChangeEvent[] = [{ type: 'token.refreshed', data: { trigger } }];
  if (trigger === 'recovery') events.push({ type: 'token.recovered', data: { how: 'refreshed' } });
  return change({ ...FRESH, version, issuedAt, expiresAt, refreshAt, username }, ...events);
}

/** A refresh failed and the token stays in use; after a day of failures that is reported, once per version. */
export function refreshFailed(
  was: Connection,
  lastError: LastError,
  now: number,
  random: number,
  delayMs: number | null = null,
): Change {
  const failedAttempts = was.failedAttempts + 1;
  const failingSince = was.failingSince ?? now;
  const remainingMs = (was.expiresAt ?? 0) - now;
  const nextAttemptAt = now + (delayMs ?? ladderDelayMs(failedAttempts, remainingMs, random));
  const set = { failedAttempts, failingSince, nextAttemptAt, lastError };
  if (was.failingNoticed || now - failingSince < FAILING_NOTICE_AFTER_MS) return change(set);
  return change(
    { ...set, failingNoticed: true },
    { type: 'token.refresh_failing', data: { failedAttempts, lastError } },
  );
}

/** Nothing was tried: the token is too young, or another attempt may still bring an answer. */
export const refreshPostponed = (until: number, state?: 'active'): Change =>
  change({ nextAttemptAt: until, ...(state && { state }) });

export const expiryWarned = (): Change => change({ expiringNoticed: true }, { type: 'token.expiring' });

// Recovery

/** Why a token is in doubt. `code`: Meta's, when a call was refused. */
export type Doubt = Pick<Recovery, 'code' | 'subcode' | 'source'>;

/** The token is in doubt, or its lifetime ran out (null): it is not handed out until that is decided. */
export function recoveryBegun(was: Connection, doubt: Doubt | null, now: number): Change {
  const { code, subcode, source } = doubt ?? { code: null, subcode: null, source: 'expiry' };
  const recovery: Recovery = {
    cause: doubt ? 'rejection' : 'expiry',
    returnTo: was.state === 'refreshing' && was.failedAttempts > 0 ? 'refreshing' : 'active',
    since: now,
    tries: 0,
    youngProbes: 0,
    nextAttemptAt: now,
    ownerAction: null,
    held: false,
    code,
    subcode,
    source,
  };
  const set: ConnectionFields = { state: 'recovering', recovery };
  return code === null
    ? change(set)
    : change(set, { type: 'token.rejected', data: { code, subcode, source } });
}

/** The lifetime ran out during a recovery: what is left is the last refresh. */
export const lifetimeEnded = (recovery: Recovery): Change =>
  change({ recovery: { ...recovery, cause: 'expiry', tries: 0 } });

export interface RetryReason {
  lastError?: LastError;
  /** What Instagram asks for, in ms; the wait is never shorter. */
  retryAfterMs?: number | null;
  /** A wait of its own, in ms, instead of the ladder's. */
  delayMs?: number;
  youngProbes?: number;
  /** The lifetime ended more than a day ago: only `nextAttemptAt` says when to go on. */
  held?: boolean;
  /** Epoch ms: the next attempt comes no later. */
  latestAt?: number;
}

/** No clear answer yet: the recovery tries again by its ladder, or after `delayMs`. */
export function retryScheduled(recovery: Recovery, why: RetryReason, now: number, random: number): Change {
  const tries = recovery.tries + 1;
  const delayMs = why.delayMs ?? Math.max(unclearDelayMs(tries, random), why.retryAfterMs ?? 0);
  const youngProbes = why.youngProbes ?? recovery.youngProbes;
  const nextAttemptAt = Math.min(now + delayMs, why.latestAt ?? Infinity);
  return change({
    recovery: { ...recovery, held: why.held ?? false, youngProbes, tries, nextAttemptAt },
    ...(why.lastError && { lastError: why.lastError }),
  });
}

/** The token is fine, and Instagram requires something of its owner first. Reported once per thing required. */
export function ownerActionRequired(
  recovery: Recovery,
  ownerAction: OwnerAction,
  refusal: Refusal,
  now: number,
  random: number,
): Change {
  const tries = (recovery.ownerAction ? recovery.tries : 0) + 1;
  const delayMs = ownerActionDelayMs(tries, random);
  const lastError = { ...refusal.lastError, code: 'user_action_required' };
  const { set } = retryScheduled({ ...recovery, ownerAction }, { lastError, delayMs }, now, random);
  if (recovery.ownerAction === ownerAction) return change(set);
  return change(set, { type: 'token.owner_action_required', data: { reason: ownerAction } });
}

/** An incident affects the whole app: nothing is decided until it is over. */
export function deferredForIncident(recovery: Recovery, now: number, random: number): Change {
  const nextAttemptAt = now + jittered(DEFERRED_WAIT_MS, random);
  const text = 'Instagram is failing for the whole app. The decision waits until the incident ends.';
  const lastError = ownError('provider_incident', text, now);
  return change({ recovery: { ...recovery, held: true, nextAttemptAt }, lastError });
}

/** The token works: back to the state it came from, its refresh ladder unchanged. */
export function verified(was: Connection): Change {
  const state = was.recovery?.returnTo ?? 'active';
  // On the ladder the error is why it is there; otherwise nothing is wrong any more.
  const lastError = state === 'refreshing' ? was.lastError : null;
  return change({ state, recovery: null, lastError }, { type: 'token.recovered', data: { how: 'verified' } });
}

// The end, and back

/** Only the owner can help from here on: a reconnect is requested at once, then by reminders. */
export function expired(reason: Reason, now: number, lastError?: LastError | null): Change {
  return change(
    {
      ...STOPPED,
      state: 'expired',
      reason,
      ...(lastError && { lastError }),
      expiredAt: now,
      remindersSent: 0,
      nextReminderAt: nextReminderAt(now, 0),
    },
    { type: 'integration.expired', data: { cause: causeOf(reason) } },
  );
}

export function reminded(was: Connection, now: number): Change {
  const remindersSent = was.remindersSent + 1;
  return change(
    { remindersSent, nextReminderAt: nextReminderAt(was.expiredAt ?? now, remindersSent) },
    { type: 'integration.reminder', data: { number: remindersSent } },
  );
}

/** An expired connection whose token works after all. */
export const reopened = (): Change =>
  change(
    { state: 'active', reason: null, recoveryRefreshVersion: null, lastError: null, ...NO_REMINDERS },
    { type: 'token.recovered', data: { how: 'verified' } },
  );

/** One of too many expiries at once: it is withdrawn, and decided again when the incident is over. */
export function expiryWithdrawn(was: Connection, now: number): Change {
  const doubt: Doubt = { code: null, subcode: null, source: 'incident' };
  const { set } = andThen(recoveryBegun(was, doubt, now), was, ({ recovery }) =>
    change({ recovery: recovery && { ...recovery, held: true, nextAttemptAt: now + DEFERRED_WAIT_MS } }),
  );
  return outside(change({ ...set, reason: null, ...NO_REMINDERS }));
}

// From outside

export interface Grant extends Lifetime {
  version: number;
  refreshAt: number;
  scopes: string[];
  account: { id: string; scopedId: string | null; username: string | null };
}

/** The owner connected: a grant always wins over a refresh under way. */
export function granted(was: Connection, { account, version, ...grant }: Grant): Change {
  const { issuedAt, expiresAt, refreshAt, scopes } = grant;
  return outside(
    change(
      {
        ...FRESH,
        ...{ version, lastVersion: version, issuedAt, expiresAt, refreshAt, scopes },
        ...{ accountId: account.id, accountScopedId: account.scopedId, username: account.username },
        recoveryRefreshVersion: null,
        grantNo: was.grantNo + 1,
        grantedAt: issuedAt,
        deauthorizedAt: null,
      },
      { type: was.grantNo === 0 ? 'integration.connected' : 'integration.reconnected' },
    ),
  );
}

const ended = (was: Connection): ConnectionFields => ({
  ...STOPPED,
  state: 'disconnected',
  reason: null,
  nextReminderAt: null,
  grantNo: was.grantNo + 1,
});

/** @param by who asked for it; null: it followed from something else */
export const disconnected = (was: Connection, by: NamedActor | null): Change =>
  outside(change(ended(was), { type: 'integration.disconnected', ...(by && { data: { actor: by } }) }));

/** The owner removed the app. One that was expired already keeps its reminders, and is reported only if that is news. */
export function deauthorized(was: Connection, requestedAt: number, now: number): Change {
  const { set, events } = expired('deauthorized', now);
  const { expiredAt, remindersSent, nextReminderAt } = was;
  return outside({
    set: {
      ...set,
      ...(was.state === 'expired' && { expiredAt, remindersSent, nextReminderAt }),
      // A second deauthorization of one grant raises no second fence.
      grantNo: was.grantNo + (was.deauthorizedAt === null ? 1 : 0),
      deauthorizedAt: Math.max(was.deauthorizedAt ?? 0, requestedAt),
    },
    events: was.reason === 'deauthorized' ? [] : events,
  });
}

/** Everything about the account is deleted. Its runs in Temporal are deleted too, so none is left to be notified. */
export const dataDeleted = (was: Connection): Change => ({
  set: {
    ...ended(was),
    ...{
      accountId: null,
      accountScopedId: null,
      username: null,
      contactEmail: null,
      scopes: [],
      lastError: null,
    },
  },
  events: was.state === 'disconnected' ? [] : [{ type: 'integration.disconnected' }],
  outside: 'already_known',
});

export const paused = (by: NamedActor): Change =>
  outside(change({ paused: true }, { type: 'integration.paused', data: { actor: by } }));
export const resumed = (by: NamedActor): Change =>
  outside(change({ paused: false }, { type: 'integration.resumed', data: { actor: by } }));
