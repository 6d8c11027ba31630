import {
  SUBSCRIPTION,
  checkSubscription,
  messagesAreEnabled,
  subscribeToMessages,
} from '../../services/message-subscription';
import { finishDeletion, unfinishedDeletions } from '../../adapters/postgres/integrations/data-deletion';
import { eraseInPortions } from '../../adapters/postgres/integrations/erasure';
import { findUnchecked, findUnsubscribed } from '../../adapters/postgres/messages/subscriptions';
import { MINUTE_MS } from '../../core/time';
import { type Deps } from '../deps';

const MAX_SUBSCRIPTIONS = 500;
/** Subscriptions that one audit compares with what Instagram lists. */
const MAX_CHECKS = 50;
/** This many failures in a row mean that Instagram is down: the next audit continues. */
const MAX_FAILURES = 5;
/** Workers erase in the background, too. */
const ERASE_WITHIN_MS = 5 * MINUTE_MS;

type SubscriptionDeps = Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'logger'>;

/**
 * Subscribes accounts that are not, or to less than this release reads, and those that Instagram does not list any more.
 * @returns how many succeeded
 */
export async function subscribeMissing(deps: SubscriptionDeps): Promise<number> {
  const { pool, clock, instagram } = deps;
  if (!messagesAreEnabled(instagram)) return 0;
  let subscribed = 0;
  let failures = 0;
  for (const id of await findUnsubscribed(pool, SUBSCRIPTION, MAX_SUBSCRIPTIONS, clock.now())) {
    const done = await subscribeToMessages(deps, id);
    subscribed += done ? 1 : 0;
    failures = done ? 0 : failures + 1;
    if (failures >= MAX_FAILURES) return subscribed;
  }
  for (const id of await findUnchecked(pool, MAX_CHECKS, clock.now())) {
    const found = await checkSubscription(deps, id);
    subscribed += found === 'renewed' ? 1 : 0;
    failures = found === null ? failures + 1 : 0;
    if (failures >= MAX_FAILURES) break;
  }
  return subscribed;
}

/**
 * Erases what is left of deleted accounts, and removes their remaining workflow runs. Temporal deletes asynchronously, so
 * a deletion is complete once an audit finds no more runs. @returns how many are complete now
 */
export async function finishDeletions({
  pool,
  clock,
  logger,
  lifecycles,
}: Pick<Deps, 'pool' | 'clock' | 'logger' | 'lifecycles'>): Promise<number> {
  let finished = 0;
  const until = performance.now() + ERASE_WITHIN_MS;
  await eraseInPortions(pool, clock, () => performance.now() >= until);
  for (const { code, integrationIds, isErased } of await unfinishedDeletions(pool, clock.now())) {
    try {
      const found = await Promise.all(integrationIds.map((id) => lifecycles.forget(id)));
      if (!isErased || found.some((runs) => runs > 0)) continue;
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
