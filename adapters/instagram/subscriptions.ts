import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type ProviderHttp } from './http';
import { objectReader } from './reading';
import { type InstagramSettings } from './settings';

/** An answer without success, although its status is 200, is none. */
const success = z.object({ success: z.union([z.literal(true), z.literal('true')]) });
/** A connect waits for this, and does not need it. */
const TIMEOUT_MS = 5_000;

/**
 * Lets Instagram send this account's messages to the app's webhook. Repeating it changes nothing.
 * @throws ProviderError
 * @see https://developers.facebook.com/documentation/instagram-platform/webhooks#enable-subscriptions
 */
export async function subscribe(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
): Promise<void> {
  await http({
    method: 'POST',
    operation: 'subscribe',
    url: `${settings.graphUrl}/${settings.graphVersion}/me/subscribed_apps`,
    query: { subscribed_fields: 'messages' },
    token,
    read: objectReader(success),
    timeoutMs: TIMEOUT_MS,
  });
}
