import { DAY_MS } from '../time';
import { type LifecycleFacts } from './facts';
import { type Action } from './next-action';

/** Temporal starts the tasks of a queue by this key, 1 first. @see https://docs.temporal.io/task-queue-priority */
export type Urgency = 1 | 2 | 3 | 4 | 5;

/** A message of a customer's that is being sent: a scheduled refresh has days left, and can wait for it. */
export const SEND_URGENCY: Urgency = 3;

/**
 * How urgent an action is among all that wait for their turn with Instagram: recoveries, for which callers wait, then
 * refreshes by the time that their token has left, reminders last. `now` in epoch ms.
 */
export function urgencyOf(action: Action, facts: Pick<LifecycleFacts, 'expiresAt'>, now: number): Urgency {
  switch (action.type) {
    case 'recover':
    case 'expire':
      return 1;
    case 'refresh': {
      const leftMs = (facts.expiresAt ?? 0) - now;
      if (action.asked || leftMs < 1 * DAY_MS) return 2;
      return leftMs < 3 * DAY_MS ? 3 : 4;
    }
    default:
      return 5;
  }
}
