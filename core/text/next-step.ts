import { relative } from './human-time';
import { type LifecycleFacts, NOTHING_ASKED } from '../lifecycle/facts';
import { nextAction, refreshDueAt } from '../lifecycle/next-action';

/** What happens next to a connection, and when. @param now epoch ms */
export function nextStepText(facts: LifecycleFacts, now: number): string {
  if (facts.state === 'pending') return 'Waiting for owner to connect';
  if (facts.state === 'disconnected') return '—';
  const action = nextAction(facts, NOTHING_ASKED, now);
  if (action.type !== 'wait') return 'Running now';
  if (facts.state === 'recovering') {
    const check = `Next check ${relative(action.until ?? now, now)}`;
    return facts.recovery?.ownerAction ? `Owner action required · ${check}` : check;
  }
  if (facts.state === 'expired')
    return action.until === null
      ? 'Waiting for owner to reconnect'
      : `Waiting for owner · Reminder ${relative(action.until, now)}`;
  const due = relative(refreshDueAt(facts), now);
  if (facts.paused) return `Paused · Automatic refresh ${due}`;
  return facts.failedAttempts > 0 ? `Next retry ${due}` : `Automatic refresh ${due}`;
}
