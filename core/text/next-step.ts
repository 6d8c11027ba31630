import { capital } from './account-name';
import { relative } from './human-time';
import { type LifecycleFacts, NOTHING_ASKED } from '../lifecycle/facts';
import { nextAction } from '../lifecycle/next-action';

/** What happens next with a connection, and when. @param now epoch ms */
export function nextStepText(facts: LifecycleFacts, now: number): string {
  if (facts.state === 'pending') return 'Waits for its owner to connect';
  if (facts.state === 'disconnected') return 'Nothing more';
  const action = nextAction(facts, NOTHING_ASKED, now);
  if (action.type !== 'wait') return 'Acts now';
  if (facts.state === 'recovering') {
    const who = facts.recovery?.ownerAction ? 'Waits for its owner; looks again' : 'Looks again';
    return `${who} ${relative(action.until ?? now, now)}`;
  }
  if (facts.state === 'expired')
    return action.until === null
      ? 'Waits for its owner'
      : `Waits for its owner; reminder ${relative(action.until, now)}`;
  const due = facts.nextAttemptAt ?? facts.refreshAt;
  const paused = facts.paused ? 'Paused; ' : '';
  if (due === null || due <= now) return `${paused}${relative(action.until ?? now, now)}`;
  const verb = facts.failedAttempts > 0 ? 'tries again' : 'refreshes';
  const text = `${paused}${verb} ${relative(facts.paused ? (action.until ?? due) : due, now)}`;
  return capital(text);
}
