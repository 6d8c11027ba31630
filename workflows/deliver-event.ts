import {
  condition,
  defineSignal,
  makeContinueAsNewFunc,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { type DeliverEventInput } from '../core/deliveries/deliveries';
import {
  MAIL_TASK_QUEUE,
  DELIVERY_TASK_QUEUE,
  HEARTBEAT_TIMEOUT,
  LANE_CHANGED,
  WORKFLOW_TYPES,
} from '../core/names';
import { onNextVersion, watchVersion } from './next-version';

/** A delivery in the lane is new, or due sooner than the run knows. */
const laneChangedSignal = defineSignal(LANE_CHANGED);
/** A run does no more than this before it continues as new. */
const MAX_STEPS = 100;

/**
 * Delivers what is in one lane, one after the other, and ends when it is empty. Everything it goes by is in the
 * database: it only knows how long to sleep. Ids alone travel here.
 */
export async function DeliverEvent(input: DeliverEventInput): Promise<void> {
  let changed = false;
  let steps = 0;
  setHandler(laneChangedSignal, () => {
    changed = true;
    steps += 1;
  });
  const isOutdated = watchVersion();
  // One slow endpoint must not take the places of all others.
  const [fairnessKey] = input.lane.split('/');
  const { deliverNext } = proxyActivities<Activities>({
    taskQueue: fairnessKey === 'mail' ? MAIL_TASK_QUEUE : DELIVERY_TASK_QUEUE,
    startToCloseTimeout: '2m',
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    retry: { initialInterval: '1s', maximumInterval: '1m' },
    priority: { ...(fairnessKey !== undefined && { fairnessKey }) },
  });

  for (;;) {
    if (steps >= MAX_STEPS || workflowInfo().continueAsNewSuggested || isOutdated())
      return makeContinueAsNewFunc<typeof DeliverEvent>({
        workflowType: WORKFLOW_TYPES.deliverEvent,
        ...onNextVersion(),
      })(input);
    steps += 1;
    changed = false;
    const { waitMs } = await deliverNext(input);
    if (changed || waitMs === 0) continue;
    // A signal that arrives while this ends repeats the last task, and is seen here.
    if (waitMs === null) return;
    await condition(() => changed, waitMs);
  }
}
