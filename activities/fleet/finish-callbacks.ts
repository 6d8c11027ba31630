import { subscribeToMessages, messagesAreEnabled } from '../../services/message-subscription';
import { finishDeletion, unfinishedDeletions } from '../../adapters/postgres/integrations/data-deletion';
import { findUnsubscribed } from '../../adapters/postgres/messages/subscriptions';
import { type Deps } from '../deps';

const MAX_SUBSCRIPTIONS = 500;
/** This many failures in a row mean that Instagram is down: the next audit continues. */
const MAX_FAILURES = 5;

/** Subscribes accounts whose subscription failed at connect. @returns how many succeeded */
export async function subscribeMissing(
  deps: Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'logger'>,
): Promise<number> {
  if (!messagesAreEnabled(deps.instagram)) return 0;
  let subscribed = 0;
  let failures = 0;
  for (const id of await findUnsubscribed(deps.pool, MAX_SUBSCRIPTIONS)) {
    const done = await subscribeToMessages(deps, id);
    subscribed += done ? 1 : 0;
    failures = done ? 0 : failures + 1;
    if (failures >= MAX_FAILURES) break;
  }
  return subscribed;
}

/**
 * Removes the remaining workflow runs of deleted accounts. Temporal deletes asynchronously, so a deletion is complete
 * once an audit finds no more runs. @returns how many are complete now
 */
export async function finishDeletions({
  pool,
  clock,
  logger,
  lifecycles,
}: Pick<Deps, 'pool' | 'clock' | 'logger' | 'lifecycles'>): Promise<number> {
  let finished = 0;
  for (const { code, integrationIds } of await unfinishedDeletions(pool, clock.now())) {
    try {
      const found = await Promise.all(integrationIds.map((id) => lifecycles.forget(id)));
      if (found.some((runs) => runs > 0)) continue;
      await finishDeletion(pool, code, clock.now());
      finished += 1;
    } catch (error) {
      logger.error(
        { integrationIds, reason: (error as Error).message },
        'workflow runs not deleted; the next audit will retry',
      );
    }
  }
  return finished;
}
