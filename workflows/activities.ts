import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { type LifecycleFacts } from '../core/lifecycle/facts';
import { INSTAGRAM_TASK_QUEUE, TASK_QUEUE } from '../core/names';

/** Few and quick attempts. Longer waits are the ladder's, in timers that an operator can see. */
export const LIMITS = {
  startToCloseTimeout: '60s',
  scheduleToCloseTimeout: '2m',
  retry: { maximumAttempts: 3, initialInterval: '1s', maximumInterval: '10s' },
} as const;

/** Recoveries first: a caller is waiting. */
const PRIORITY = { recovery: 1, emergency: 2, scheduled: 4 } as const;
export type Urgency = keyof typeof PRIORITY;

export function storeActivities(facts: LifecycleFacts | null) {
  return proxyActivities<Activities>({ ...LIMITS, taskQueue: TASK_QUEUE, ...summaryOf(facts) });
}

export function instagramActivities(facts: LifecycleFacts, urgency: Urgency) {
  return proxyActivities<Activities>({
    ...LIMITS,
    taskQueue: INSTAGRAM_TASK_QUEUE,
    allowEagerDispatch: false,
    priority: { priorityKey: PRIORITY[urgency] },
    ...summaryOf(facts),
  });
}

function summaryOf(facts: LifecycleFacts | null): { summary?: string } {
  return facts?.username ? { summary: `@${facts.username} version ${facts.version}` } : {};
}
