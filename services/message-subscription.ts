import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { type Sealer } from '../adapters/encryption/sealer';
import { type Instagram } from '../adapters/instagram/client';
import { ProviderError } from '../adapters/instagram/provider-error';
import { SUBSCRIBED_FIELDS } from '../adapters/instagram/subscriptions';
import { type Logger } from '../adapters/logger';
import { recordCheck, recordSubscription } from '../adapters/postgres/messages/subscriptions';
import { usableToken } from './usable-token';

interface Deps {
  pool: Pool;
  sealer: Sealer;
  instagram: Instagram;
  clock: Clock;
  logger: Logger;
}

/** What a subscription is to: one of an older release, to fewer fields, is renewed. */
export const SUBSCRIPTION = SUBSCRIBED_FIELDS.join(',');

/** Without a verify token Instagram cannot verify the webhook, so a subscription would be useless. */
export function messagesAreEnabled({ settings }: Instagram): boolean {
  return settings.webhookVerifyToken !== undefined;
}

/**
 * Subscribes an account to its messages, if webhooks are set up. Never throws: a failure is logged and recorded, and the
 * audit retries while the row shows no subscription for the current grant.
 */
export async function subscribeToMessages(deps: Deps, integrationId: string): Promise<boolean> {
  if (!messagesAreEnabled(deps.instagram)) return false;
  const now = deps.clock.now();
  const result = await subscribe(deps, integrationId, now).catch((error: unknown) => {
    deps.logger.warn(
      { integrationId, reason: (error as Error).message },
      'message subscription failed; the audit will retry',
    );
    return null;
  });
  await recordSubscription(deps.pool, integrationId, result, now).catch((error: unknown) => {
    deps.logger.warn(
      { integrationId, reason: (error as Error).message },
      'message subscription not recorded',
    );
  });
  return result !== null && 'fields' in result;
}

async function subscribe(deps: Deps, integrationId: string, now: number) {
  const { integration, token } = await usableToken(deps.pool, deps.sealer, integrationId, now);
  const { grantNo } = integration;
  try {
    await deps.instagram.subscribe(token);
    return { grantNo, fields: SUBSCRIPTION };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { codeText, subcode, failure } = error;
    const refused = failure.class === 'call';
    deps.logger.warn(
      { integrationId, reason: error.message },
      refused
        ? 'message subscription refused by Instagram; the audit will retry daily'
        : 'message subscription failed; the audit will retry',
    );
    return { error: { grantNo, code: codeText, subcode, at: now, text: error.message, refused } };
  }
}

/**
 * Compares a subscription with what Instagram lists, and renews it if it is not there. Never throws.
 * @returns null: Instagram gave no answer
 */
export async function checkSubscription(
  deps: Deps,
  integrationId: string,
): Promise<'there' | 'renewed' | null> {
  const now = deps.clock.now();
  const isThere = await usableToken(deps.pool, deps.sealer, integrationId, now)
    .then(({ token }) => deps.instagram.isSubscribed(token))
    .catch(() => null);
  await recordCheck(deps.pool, integrationId, isThere, now);
  if (isThere !== false) return isThere && 'there';
  deps.logger.warn({ integrationId }, 'Instagram does not list the message subscription; renewing it');
  return (await subscribeToMessages(deps, integrationId)) ? 'renewed' : null;
}
