import { type Change } from './change';
import * as changes from './changes';
import { type Connection, type Recovery } from './connection';
import { type Evidence, type Inquiry, type RecoveryStep, type Refusal } from './evidence';
import { askedAt, ownError, refreshWasAnswered, tokenWasReplaced, unproven } from './evidence';
import { ownerActionOf, settlesToken } from './failure';
import { type Outcome } from './facts';
import { isOldEnoughToBelieve, mayBelieve } from './incident-policy';
import { YOUNG_REPROBE_MS, answerMayTakeMs } from './recovery-policy';
import { LAST_REFRESH_GRACE_MS, lastRefreshEndsAt, refreshableAt } from './refresh-policy';
import { type Reason, isUsable } from './states';

const apply = (change: Change, outcome: Outcome | null = null) => ({ do: 'apply' as const, change, outcome });
const finish = (outcome: Outcome): RecoveryStep => ({ do: 'finish', outcome });
const step = (name: Inquiry): RecoveryStep => ({ do: name });

/**
 * The whole recovery: is a refused or outlived token dead, and can it be saved? Only a clear answer about this token,
 * outside an incident, ends in `expired`; the rest is tried again. `now` in epoch ms, `random` uniform in [0, 1).
 */
export function nextRecoveryStep(
  was: Connection,
  found: Evidence,
  now: number,
  random: number,
): RecoveryStep {
  if (tokenWasReplaced(found)) return finish('refreshed');
  if (was.state === 'expired') return whenExpired(was, found, now);
  if (isUsable(was.state)) return whenUsable(was, found, now);
  if (was.state !== 'recovering') return finish('moved_on');
  const recovery =
    was.recovery ?? changes.recoveryBegun(was, now < expiryOf(was) ? UNKNOWN : null, now).set.recovery!;
  const ctx = { was, found, recovery, now, random };
  if (now >= lastRefreshEndsAt(expiryOf(was), recovery.since)) return atTheEnd(ctx);
  if (now >= expiryOf(was) && recovery.cause === 'rejection') return apply(changes.lifetimeEnded(recovery));
  return whenRecovering(ctx);
}

type Context = { was: Connection; found: Evidence; recovery: Recovery; now: number; random: number };

/** A recheck leaves a working token in use until its own probe says otherwise; a rejection does not. */
function whenUsable(was: Connection, found: Evidence, now: number): RecoveryStep {
  if (now >= expiryOf(was)) return apply(changes.recoveryBegun(was, null, now));
  if (found.rejection) return apply(changes.recoveryBegun(was, found.rejection, now));
  if (!found.recheck) return finish('not_due');
  if (found.sealingError) return apply(changes.recoveryBegun(was, { ...UNKNOWN, source: 'recheck' }, now));
  const { probe } = found;
  if (!probe) return step('probe');
  if (probe.is === 'alive') return finish('verified_ok');
  if (probe.is === 'unclear') return finish('undecided');
  const { code, subcode } = 'refusal' in probe ? probe.refusal : { code: null, subcode: null };
  return apply(changes.recoveryBegun(was, { code, subcode, source: 'recheck' }, now));
}

function whenRecovering(ctx: Context): RecoveryStep {
  const { found, recovery, was, now } = ctx;
  if (found.sealingError) return retry(ctx, { lastError: found.sealingError });
  if (found.incident && found.settled === undefined && found.probe === undefined) {
    if (found.turn === undefined) return step('claim_turn');
    if (!found.turn) return defer(ctx);
  }
  if (found.settled === undefined) return step('settle_pending');
  if (recovery.cause === 'expiry') return lastRefresh(ctx);
  const { probe } = found;
  if (!probe) return step('probe');
  switch (probe.is) {
    case 'alive':
      return apply(changes.verified(was), 'verified_ok');
    case 'other_account':
    case 'no_token':
      return retry(ctx, {
        lastError: ownError('other_account', 'The token belongs to another account.', now),
      });
    case 'owner_action':
      return waitForOwner(ctx, probe.refusal);
    case 'dead':
      return whenDead(ctx, probe.refusal.failure.reason ?? 'invalidated', probe.refusal);
    case 'ambiguous':
      // The cause may be ours: only when another connection gets through is it this token's own problem.
      if (found.controlIsAlive === undefined) return step('probe_control');
      return found.controlIsAlive ? whenDead(ctx, 'invalidated', probe.refusal) : retry(ctx, probe.refusal);
    case 'unclear':
      return probe.refusal.failure.class === 'app_level' ? defer(ctx) : retry(ctx, probe.refusal);
  }
}

/** A probe found the token dead. Before that is believed, it gets its version's one recovery refresh. */
function whenDead(ctx: Context, reason: Reason, refusal: Refusal): RecoveryStep {
  const { was, found, recovery, now } = ctx;
  if (found.expiryRefused) return defer(ctx);
  if (found.incident) return believeAtLast(ctx) ?? defer(ctx);
  if (now < refreshableAt(was.issuedAt)) {
    // Too young to be refreshed, which proves nothing: it is probed again before it is believed.
    const delayMs = YOUNG_REPROBE_MS[recovery.youngProbes];
    if (delayMs === undefined) return expire(ctx, reason, refusal);
    return retry(ctx, { ...refusal, delayMs, youngProbes: recovery.youngProbes + 1 });
  }
  if (reason === 'deauthorized' || was.recoveryRefreshVersion === was.version)
    return expire(ctx, reason, refusal);
  if (found.settledAsLastResort === undefined) return step('settle_as_last_resort');
  return found.refresh ? afterRefresh(ctx, () => expire(ctx, reason, refusal)) : step('refresh');
}

/** The lifetime ran out: one last refresh, for clocks and records can be wrong. A clear refusal ends the connection. */
function lastRefresh(ctx: Context): RecoveryStep {
  return ctx.found.refresh ? afterRefresh(ctx, (refusal) => expireElapsed(ctx, refusal)) : step('refresh');
}

/** @param refused what a clear answer against the token means here */
function afterRefresh(ctx: Context, refused: (refusal: Refusal | null) => RecoveryStep): RecoveryStep {
  const { refresh } = ctx.found;
  switch (refresh?.is) {
    case 'failed':
      if (!settlesToken(refresh.refusal.failure))
        return ctx.found.incident ? defer(ctx) : retry(ctx, refresh.refusal);
      return refused(refresh.refusal);
    case 'useless':
      return refused(null);
    case 'under_way':
      return retry(ctx, { delayMs: Math.max(1_000, refresh.until - ctx.now) });
    default:
      return retry(ctx, { lastError: unproven(ctx.now) });
  }
}

/** A day of last refreshes brought no clear answer. The token is asked once more: one that works is never given up. */
function atTheEnd(ctx: Context): RecoveryStep {
  const { found } = ctx;
  if (found.incident && found.turn === undefined) return step('claim_turn');
  if (found.incident && (!found.turn || found.sealingError)) return defer(ctx);
  if (found.sealingError) return expireElapsed(ctx, null);
  if (found.settled === undefined) return step('settle_pending');
  if (!found.probe) return step('probe');
  if (found.probe.is === 'alive') return found.refresh ? retry(ctx, {}) : step('refresh');
  if (found.settledAsLastResort === undefined) return step('settle_as_last_resort');
  return expireElapsed(ctx, 'refusal' in found.probe ? found.probe.refusal : null);
}

/** The lifetime is over by dates that two clocks confirm: an incident defers that for half an hour at most. */
function expireElapsed(ctx: Context, refusal: Refusal | null): RecoveryStep {
  const { found, now } = ctx;
  const required = ctx.recovery.ownerAction ?? (refusal && ownerActionOf(refusal.failure));
  const change = changes.expired(required ?? 'lifetime_elapsed', now, refusal?.lastError);
  if (found.lostAttemptAt === undefined) return step('find_lost_attempt');
  const delayMs = answerMayTakeMs(found.lostAttemptAt, now);
  if (delayMs > 0) return retry(ctx, { ...refusal, delayMs });
  if (found.incident) {
    const isOld = isOldEnoughToBelieve(found.incident, now);
    return believeAtLast(ctx) ?? (isOld ? apply(change, 'expired') : defer(ctx));
  }
  return found.expiryRefused ? defer(ctx) : { do: 'expire', change, probedAt: askedAt(found, now) };
}

/** Puts an expired connection back into use when its token works after all; past its lifetime only by a refresh. */
function whenExpired(was: Connection, found: Evidence, now: number): RecoveryStep {
  if (found.sealingError) return finish('expired');
  if (found.settled === undefined) return step('settle_pending');
  if (!found.probe) return step('probe');
  if (found.probe.is !== 'alive') return finish('expired');
  if (now < expiryOf(was)) return apply(changes.reopened(), 'verified_ok');
  return found.refresh ? finish('expired') : step('refresh');
}

/** Tokens that stay dead for long while others work are dead, whatever the incident. Null: not yet. */
function believeAtLast({ found, now }: Context): RecoveryStep | null {
  const { incident, controlIsAlive } = found;
  if (!incident || found.incidentEnded || !isOldEnoughToBelieve(incident, now)) return null;
  if (controlIsAlive === undefined) return step('probe_control');
  return mayBelieve(incident.fleet, controlIsAlive) ? step('end_incident') : null;
}

/** A refresh whose answer never arrived explains a dead token better than anything but the owner's own word. */
function expire(ctx: Context, reason: Reason, refusal: Refusal): RecoveryStep {
  const { now, found } = ctx;
  const lostAt = reason === 'deauthorized' ? null : found.lostAttemptAt;
  if (lostAt === undefined) return step('find_lost_attempt');
  const delayMs = answerMayTakeMs(lostAt, now);
  if (delayMs > 0) return retry(ctx, { ...refusal, delayMs });
  const change = changes.expired(lostAt === null ? reason : 'response_lost', now, refusal.lastError);
  return { do: 'expire', change: refreshUsed(ctx, change), probedAt: askedAt(found, now) };
}

function waitForOwner({ recovery, now, random }: Context, refusal: Refusal): RecoveryStep {
  const required = ownerActionOf(refusal.failure) ?? 'checkpoint';
  return apply(changes.ownerActionRequired(recovery, required, refusal, now, random), 'undecided');
}

function retry({ was, recovery, now, random }: Context, why: changes.RetryReason): RecoveryStep {
  const held = now >= expiryOf(was) + LAST_REFRESH_GRACE_MS;
  // A moment may be missing to the whole day: it ends when it is over, not an attempt later.
  const endsAt = lastRefreshEndsAt(expiryOf(was), recovery.since);
  const latestAt = held && now < endsAt ? endsAt : Infinity;
  return apply(changes.retryScheduled(recovery, { ...why, held, latestAt }, now, random), 'undecided');
}

function defer(ctx: Context): RecoveryStep {
  return apply(refreshUsed(ctx, changes.deferredForIncident(ctx.recovery, ctx.now, ctx.random)), 'undecided');
}

/** A clear answer to the version's one recovery refresh is remembered, whatever else is decided. */
function refreshUsed({ was, found }: Context, change: Change): Change {
  if (!refreshWasAnswered(found)) return change;
  return { ...change, set: { ...change.set, recoveryRefreshVersion: was.version } };
}

const UNKNOWN = { code: null, subcode: null, source: 'unknown' };
const expiryOf = (was: Connection): number => was.expiresAt ?? 0;
