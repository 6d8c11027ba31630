import { heartbeat } from '@temporalio/activity';
import { subscribeToMessages, messagesAreEnabled } from '../../services/message-subscription';
import { finishDeletion, unfinishedDeletions } from '../../adapters/postgres/integrations/data-deletion';
import { findUnsubscribed } from '../../adapters/postgres/messages/subscriptions';
import { type Deps } from '../deps';

const SUBSCRIPTIONS_AT_MOST = 500;
/** After so many failures in a row Instagram is down, and the next audit is soon enough. */
const FAILURES_BELIEVED = 5;

/** Subscribes accounts for which that did not work when they were connected. @returns how many are now */
export async function subscribeMissing(deps: Deps): Promise<number> {
  if (!messagesAreEnabled(deps.instagram)) return 0;
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

/**
 * Removes from Temporal what is left of deleted accounts. Temporal takes its time with that, so a deletion is complete
 * when an audit finds nothing more to remove. @returns how many are complete now
 */
export async function finishDeletions(deps: Deps): Promise<number> {
  let finished = 0;
  for (const { code, integrationIds } of await unfinishedDeletions(deps.pool, deps.clock.now())) {
    heartbeat();
    try {
      const found = await Promise.all(integrationIds.map((id) => deps.lifecycles.forget(id)));
      if (found.some((runs) => runs > 0)) continue;
      await finishDeletion(deps.pool, code, deps.clock.now());
      finished += 1;
    } catch (error) {
      deps.logger.error(
        { integrationIds, reason: (error as Error).message },
        'workflow runs not deleted; the next audit will retry',
      );
    }
  }
  return finished;
}
