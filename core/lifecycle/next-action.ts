import { type Asked, type LifecycleFacts } from './facts';
import {
  LAST_REFRESH_GRACE_MS,
  type Lifetime,
  pauseOverrideAt,
  refreshableAt,
  warnAt,
} from './refresh-policy';

export type Action =
  | { type: 'load' }
  | { type: 'refresh'; asked: boolean }
  | { type: 'recover' }
  | { type: 'warn' }
  | { type: 'remind' }
  | { type: 'expire' }
  /** `until` in epoch ms; null: until a message arrives. */
  | { type: 'wait'; until: number | null }
  | { type: 'end' };

/**
 * What a lifecycle does next, from what it knows and what was asked of it. Pure: the same facts at the same instant
 * always give the same action. Comparisons are half-open: an instant belongs to what begins at it.
 */
export function nextAction(facts: LifecycleFacts, asked: Asked, now: number): Action {
  if (asked.rowChanged) return { type: 'load' };
  switch (facts.state) {
    case 'pending':
    case 'disconnected':
      return { type: 'end' };
    case 'expired':
      return whenExpired(facts, asked, now);
    case 'recovering':
      return whenRecovering(facts, asked, now);
    case 'active':
    case 'refreshing':
      return whenUsable(facts, asked, now);
  }
}

function whenUsable(facts: LifecycleFacts, asked: Asked, now: number): Action {
  const life = lifetimeOf(facts);
  if (now >= life.expiresAt + LAST_REFRESH_GRACE_MS) return { type: 'expire' };
  if (now >= life.expiresAt) return { type: 'recover' };
  if (asked.recheck || asked.rejection?.version === facts.version) return { type: 'recover' };
  if (asked.refresh && now >= refreshableAt(life.issuedAt)) return { type: 'refresh', asked: true };
  const due = refreshDueAt(facts);
  if (now >= due) return { type: 'refresh', asked: false };
  const warning = warnAt(life);
  if (!facts.expiringNoticed && now >= warning) return { type: 'warn' };
  return { type: 'wait', until: earliest(due, facts.expiringNoticed ? null : warning, life.expiresAt) };
}

function whenRecovering(facts: LifecycleFacts, asked: Asked, now: number): Action {
  const { expiresAt } = lifetimeOf(facts);
  const recovery = facts.recovery;
  if (now >= expiresAt + LAST_REFRESH_GRACE_MS) {
    const waits = recovery?.held === true && !asked.recheck && now < recovery.nextAttemptAt;
    return waits ? { type: 'wait', until: recovery.nextAttemptAt } : { type: 'expire' };
  }
  if (!recovery || asked.recheck || now >= recovery.nextAttemptAt) return { type: 'recover' };
  // The lifetime ran out while the recovery was undecided: time for the last refresh.
  if (recovery.cause === 'rejection' && now >= expiresAt) return { type: 'recover' };
  const deadline = recovery.cause === 'rejection' ? expiresAt : expiresAt + LAST_REFRESH_GRACE_MS;
  return { type: 'wait', until: earliest(recovery.nextAttemptAt, deadline) };
}

function whenExpired(facts: LifecycleFacts, asked: Asked, now: number): Action {
  if (asked.recheck) return { type: 'recover' };
  const due = facts.paused ? null : (facts.reminder?.nextAt ?? null);
  if (due !== null && now >= due) return { type: 'remind' };
  return { type: 'wait', until: due };
}

/** When the next refresh is due by plan, by ladder or, paused, when waiting any longer would cost the grant. */
export function refreshDueAt(facts: LifecycleFacts): number {
  const life = lifetimeOf(facts);
  const planned = facts.nextAttemptAt ?? facts.refreshAt ?? refreshableAt(life.issuedAt);
  const due = facts.paused ? Math.max(planned, pauseOverrideAt(life)) : planned;
  return Math.max(due, refreshableAt(life.issuedAt));
}

/** A connected integration's lifetime; a row without one is treated as already over, which the audit would show. */
export function lifetimeOf(facts: Pick<LifecycleFacts, 'issuedAt' | 'expiresAt'>): Lifetime {
  return { issuedAt: facts.issuedAt ?? 0, expiresAt: facts.expiresAt ?? 0 };
}

function earliest(...instants: (number | null)[]): number {
  return Math.min(...instants.filter((at): at is number => at !== null));
}
