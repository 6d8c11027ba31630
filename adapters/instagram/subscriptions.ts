import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type ProviderHttp } from './http';
import { ProviderError } from './provider-error';
import { idText, objectReader, optional, readRows } from './reading';
import { type InstagramSettings } from './settings';

/**
 * What accounts are subscribed to: everything that `core/messaging/inbound` reads. Instagram sends the fields that the
 * app itself is subscribed to, in its dashboard, to accounts that are subscribed to any.
 * @see https://developers.facebook.com/documentation/instagram-platform/webhooks/fields
 */
export const SUBSCRIBED_FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_referral',
  'message_reactions',
  'messaging_seen',
  'message_edit',
  'standby',
] as const;
/** Without this one there are no messages. */
const ESSENTIAL_FIELD = 'messages';

/** An answer without success, although its status is 200, is none. */
const success = z.object({ success: z.union([z.literal(true), z.literal('true')]) });
/** A connect waits for this, and does not need it. */
const TIMEOUT_MS = 5_000;

/**
 * Lets Instagram send this account's messages to the app's webhook. Repeating it changes nothing. Not every app may have
 * every field, and one that is refused refuses all: then the account is subscribed to messages alone.
 * @throws ProviderError
 * @see https://developers.facebook.com/documentation/instagram-platform/webhooks#enable-subscriptions
 */
export async function subscribe(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
): Promise<void> {
  const ask = (fields: readonly string[]) =>
    http({
      method: 'POST',
      operation: 'subscribe',
      url: urlOf(settings),
      query: { subscribed_fields: fields.join(',') },
      token,
      read: objectReader(success),
      timeoutMs: TIMEOUT_MS,
    });
  await ask(SUBSCRIBED_FIELDS).catch((error: unknown) => {
    if (error instanceof ProviderError && error.failure.problem === 'rejected') return ask([ESSENTIAL_FIELD]);
    throw error;
  });
}

const row = z.object({ id: optional(idText), subscribed_fields: optional(z.array(z.unknown())) });

/**
 * Whether Instagram lists this account as subscribed to its messages. Rows of apps by another ID than ours say nothing:
 * which of an app's two IDs is listed is not documented.
 * @throws ProviderError
 */
export async function isSubscribed(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
): Promise<boolean> {
  const { value } = await http({
    method: 'GET',
    operation: 'list_subscriptions',
    url: urlOf(settings),
    token,
    read: (body, skipped) => readRows(body, row, 'data', skipped).rows,
    timeoutMs: TIMEOUT_MS,
  });
  const rows = value.filter((one) => one !== null);
  const own = rows.filter(({ id }) => id === settings.appId);
  return (own.length > 0 ? own : rows.filter(({ id }) => !id)).some(({ subscribed_fields: fields }) =>
    fields?.includes(ESSENTIAL_FIELD),
  );
}

function urlOf({ graphUrl, graphVersion }: InstagramSettings): string {
  return `${graphUrl}/${graphVersion}/me/subscribed_apps`;
}
