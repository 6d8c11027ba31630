import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { type Sealer } from '../adapters/encryption/sealer';
import { type Instagram } from '../adapters/instagram/client';
import { type Logger } from '../adapters/logger';
import { recordSubscription } from '../adapters/postgres/messages/subscriptions';
import { usableToken } from './usable-token';

interface Deps {
  pool: Pool;
  sealer: Sealer;
  instagram: Instagram;
  clock: Clock;
  logger: Logger;
}

/** Without a verify token Instagram cannot verify the webhook, so a subscription would be useless. */
export function messagesAreEnabled({ settings }: Instagram): boolean {
  return settings.webhookVerifyToken !== undefined;
}

/**
 * Subscribes an account to its messages, if webhooks are set up. Never throws: a failure is logged, and the audit
 * retries while the row shows no subscription for the current grant.
 */
export async function subscribeToMessages(deps: Deps, integrationId: string): Promise<boolean> {
  if (!messagesAreEnabled(deps.instagram)) return false;
  const now = deps.clock.now();
  const grantNo = await subscribe(deps, integrationId, now).catch((error: unknown) => {
    deps.logger.warn(
      { integrationId, reason: (error as Error).message },
      'message subscription failed; the audit will retry',
    );
    return null;
  });
  await recordSubscription(deps.pool, integrationId, grantNo, now).catch((error: unknown) => {
    deps.logger.warn(
      { integrationId, reason: (error as Error).message },
      'message subscription not recorded',
    );
  });
  return grantNo !== null;
}

async function subscribe(deps: Deps, integrationId: string, now: number): Promise<number> {
  const { integration, token } = await usableToken(deps.pool, deps.sealer, integrationId, now);
  await deps.instagram.subscribe(token);
  return integration.grantNo;
}
