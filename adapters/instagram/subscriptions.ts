import { type Secret } from '../../core/access/secret';
import { type ProviderHttp } from './http';
import { type InstagramSettings } from './settings';

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
    timeoutMs: TIMEOUT_MS,
  });
}
