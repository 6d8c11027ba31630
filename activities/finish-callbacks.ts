import { heartbeat } from '@temporalio/activity';
import { subscribeToMessages, wantsMessages } from '../adapters/message-subscription';
import { finishDeletion, unfinishedDeletions } from '../adapters/postgres/data-deletion';
import { findUnsubscribed } from '../adapters/postgres/subscriptions';
import { type Deps } from './deps';

const SUBSCRIPTIONS_AT_MOST = 500;
/** After so many failures in a row Instagram is down, and the next audit is soon enough. */
const FAILURES_BELIEVED = 5;
const LOOKS_AT_MOST = 20;
const LOOK_AGAIN_MS = 500;

/** Subscribes accounts for which that did not work when they were connected. @returns how many are now */
export async function subscribeMissing(deps: Deps): Promise<number> {
  if (!wantsMessages(deps.instagram)) return 0;
  let subscribed = 0;
  let failures = 0;
  for (const id of await findUnsubscribed(deps.pool, SUBSCRIPTIONS_AT_MOST)) {
    const done = await subscribeToMessages(deps, id);
    heartbeat();
    subscribed += done ? 1 : 0;
    failures = done ? 0 : failures + 1;
    if (failures >= FAILURES_BELIEVED) break;
  }
  return subscribed;
}

/** Removes from Temporal what is left of deleted accounts. @returns how many deletions are complete now */
export async function finishDeletions(deps: Deps): Promise<number> {
  let finished = 0;
  for (const deletion of await unfinishedDeletions(deps.pool, deps.clock.now())) {
    const gone = await Promise.all(deletion.integrationIds.map((id) => forgetAll(deps, id)));
    if (!gone.every(Boolean)) continue;
    await finishDeletion(deps.pool, deletion.code, deps.clock.now());
    finished += 1;
  }
  return finished;
}

/** Deletes until nothing is listed any more: what is deleted disappears from lists a moment later. */
async function forgetAll(deps: Deps, integrationId: string): Promise<boolean> {
  try {
    for (let look = 0; look < LOOKS_AT_MOST; look++) {
      heartbeat();
      if ((await deps.lifecycles.forget(integrationId)) === 0) return true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  } catch (error) {
    deps.logger.error({ integrationId, reason: (error as Error).message }, 'runs could not be deleted');
  }
  return false;
}
