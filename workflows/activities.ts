import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { type Urgency } from '../core/lifecycle/urgency';
import { HEARTBEAT_TIMEOUT, INSTAGRAM_TASK_QUEUE, TASK_QUEUE } from '../core/names';

/**
 * Few and quick attempts. Longer waits are the ladder's, in timers that an operator can see. Waiting in the queue is no
 * failure, however long; a worker that dies is noticed by its missing heartbeats.
 */
export const LIMITS = {
  startToCloseTimeout: '60s',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 3, initialInterval: '1s', maximumInterval: '10s' },
} as const;

/** @param summary what operators read beside the step */
export function storeActivities(summary: string) {
  return proxyActivities<Activities>({ ...LIMITS, taskQueue: TASK_QUEUE, summary });
}

export function instagramActivities(urgency: Urgency, summary: string) {
  return proxyActivities<Activities>({
    ...LIMITS,
    taskQueue: INSTAGRAM_TASK_QUEUE,
    allowEagerDispatch: false,
    priority: { priorityKey: urgency },
    // One that waits in the queue is cancelled at once, one that runs ends as it would.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary,
  });
}
