import { NoToken, usableToken } from '../../services/usable-token';
import { ProviderError } from '../../adapters/instagram/provider-error';
import { reasonOf } from '../../adapters/error-reason';
import {
  type PendingMessage,
  removePending,
  retryPending,
  takePending,
} from '../../adapters/postgres/messages/pending-messages';
import { isTold, storeItems } from '../../adapters/postgres/messages/received-messages';
import { isTokenCode } from '../../core/lifecycle/failure';
import { type InboundItem } from '../../core/messaging/inbound';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time';
import { type Deps } from '../deps';
import { reportRefusal } from './with-token';

/** Instagram gives details of the newest messages only, so a later answer would not be a better one. */
const GIVE_UP_AFTER_MS = 1 * DAY_MS;
const FIRST_RETRY_MS = 1 * MINUTE_MS;
const LONGEST_RETRY_MS = 1 * HOUR_MS;

type FetchDeps = Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'logger' | 'counters' | 'lifecycles'>;

/**
 * Fetches messages of which only the ID came in, and reports them as if they had come in. One that has come in meanwhile
 * is not reported again. Any number of processes may do this. @returns how many were due
 */
export async function fetchPending(deps: FetchDeps): Promise<number> {
  const due = await takePending(deps.pool, deps.clock.now());
  for (const pending of due) await settle(deps, pending);
  return due.length;
}

async function settle(deps: FetchDeps, pending: PendingMessage): Promise<void> {
  const { pool, clock, logger, counters } = deps;
  const { integrationId } = pending;
  try {
    const outcome = await fetchOne(deps, pending);
    counters.callback(outcome, 'fetched');
    await removePending(pool, pending);
  } catch (error) {
    const now = clock.now();
    if (!mayHelp(error) || now - pending.seenAt > GIVE_UP_AFTER_MS) {
      counters.callback('not_fetched', 'fetched');
      logger.warn(
        { integrationId, reason: reasonOf(error) },
        'a message of which only the ID came in is lost',
      );
      return removePending(pool, pending);
    }
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** (pending.attempts - 1), LONGEST_RETRY_MS);
    await retryPending(pool, pending, now + delayMs);
  }
}

async function fetchOne(deps: FetchDeps, { integrationId, messageId, standby, withText }: PendingMessage) {
  const { pool, sealer, instagram, clock } = deps;
  if (await isTold(pool, integrationId, { messageId })) return 'duplicate';
  const { integration, version, token } = await usableToken(pool, sealer, integrationId, clock.now());
  const found = await instagram.readMessage(token, messageId).catch(async (error: unknown) => {
    if (error instanceof ProviderError && isTokenCode(error.code))
      await reportRefusal(deps, integrationId, version, error, 'fetchMessage');
    throw error;
  });
  const accountId = integration.accountId ?? '';
  const item: InboundItem = { ...found, kind: 'message', accountId, messageId, standby, key: messageId };
  if (found.senderId === null) return 'unknown_shape';
  const { provider, appId } = integration;
  const [outcome] = await storeItems(pool, { provider, appId }, [item], { withText }, clock.now());
  return outcome ?? 'ignored';
}

/** Whether another try may succeed: not when Instagram refuses this very message, or when there is no account. */
function mayHelp(error: unknown): boolean {
  if (error instanceof ProviderError)
    return error.failure.class !== 'call' && error.failure.class !== 'unreadable';
  return !(error instanceof NoToken && (error.why === 'unknown' || error.why === 'disconnected'));
}
