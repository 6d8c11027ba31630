import { type LifecycleFacts, type Rejection } from '../lifecycle/facts';
import { type Action, refreshDueAt } from '../lifecycle/next-action';
import { warnAt } from '../lifecycle/refresh-policy';
import { DAY_MS } from '../time';
import { inWords } from './human-time';

/** What operators read in Temporal's UI beside a lifecycle and its steps. Never a secret, nor a text of a message. */

/** `@shop · acme`: the account and its owner. */
export function runName({ username, ownerRef, integrationId }: LifecycleFacts): string {
  const account = username ? `@${username}` : integrationId;
  return ownerRef ? `${account} · ${ownerRef}` : account;
}

/** What a run sleeps for, such as `refresh on 3 May` or `retry 4 in 20 minutes`. Instants in epoch ms. */
export function timerSummary(facts: LifecycleFacts, until: number, now: number): string {
  const when = until - now < DAY_MS ? `in ${inWords(Math.max(0, until - now))}` : `on ${dayAndMonth(until)}`;
  return `${purposeOf(facts, until)} ${when}`;
}

function purposeOf(facts: LifecycleFacts, until: number): string {
  const { state, recovery, reminder, issuedAt, expiresAt, failedAttempts } = facts;
  if (state === 'expired') return `reminder ${(reminder?.sent ?? 0) + 1}`;
  if (until === recovery?.nextAttemptAt) {
    if (recovery.ownerAction) return 'check whether the owner is done';
    return recovery.held ? 'check after the incident' : 'check again';
  }
  if (state !== 'recovering') {
    if (until === refreshDueAt(facts)) return failedAttempts > 0 ? `retry ${failedAttempts}` : 'refresh';
    if (until === warnAt({ issuedAt: issuedAt ?? 0, expiresAt: expiresAt ?? 0 })) return 'warning';
  }
  return until === expiresAt ? 'expiry' : 'next step';
}

/** Why a step is taken, such as `check after 190/460 from api/key_…`. `now` in epoch ms. */
export function activitySummary(
  action: Action,
  facts: LifecycleFacts | null,
  why: { rejection: Rejection | null; recheck: boolean },
  now: number,
): string {
  const left = `${inWords(Math.max(0, (facts?.expiresAt ?? 0) - now))} left`;
  switch (action.type) {
    case 'refresh':
      if (action.asked) return 'refresh as asked';
      return facts && facts.failedAttempts > 0
        ? `retry ${facts.failedAttempts}, ${left}`
        : `refresh, ${left}`;
    case 'recover': {
      const { rejection } = why;
      if (why.recheck) return 'check as asked';
      if (!rejection) return facts && now >= (facts.expiresAt ?? 0) ? 'last refresh' : 'check again';
      const code = [rejection.code, rejection.subcode].filter((part) => part !== null).join('/');
      return `check after ${code} from ${rejection.source}`;
    }
    case 'warn':
      return `warning, ${left}`;
    case 'remind':
      return `reminder ${(facts?.reminder?.sent ?? 0) + 1}`;
    case 'expire':
      return 'end of the lifetime';
    default:
      return facts ? 'read what changed' : 'read the row';
  }
}

/** `3 May`, in UTC. */
function dayAndMonth(at: number): string {
  return new Date(at).toUTCString().slice(5, 11).replace(/^0/, '');
}
