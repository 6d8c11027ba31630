import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type Participant } from './conversations';
import { type ProviderHttp } from './http';
import { type MessageDetails, askForDetails, messageDetails } from './message-details';
import { type Page, askForLess } from './pages';
import { idText, objectReader, optional, readRows } from './reading';
import { type InstagramSettings } from './settings';

export interface Message {
  /** Null: the row could not be read at all. */
  id: string | null;
  /** Epoch ms. */
  createdAt: number | null;
  from: Participant | null;
  to: Participant[];
  text: string | null;
  /** As Instagram gives them; shared posts and stories as `{type, payload}`, like in webhooks. */
  attachments: unknown[] | null;
  /** Of a kind that Instagram shows only in its own app. */
  unsupported: boolean;
  /** Instagram gives no details of it any more (it keeps those of the 20 newest), or none that can be read. */
  unavailable: boolean;
}

const conversation = z.looseObject({ id: optional(idText), messages: z.unknown().optional() });

/** One page of a conversation, newest first. @throws ProviderError */
export async function listMessages(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
  page: { conversationId: string; cursor: string | null; limit: number },
): Promise<Page<Message>> {
  const after = page.cursor === null ? '' : `.after(${page.cursor})`;
  const { value } = await askForDetails((details) =>
    askForLess(page.limit, (limit) =>
      http({
        method: 'GET',
        operation: 'list_messages',
        url: `${settings.graphUrl}/${settings.graphVersion}/${encodeURIComponent(page.conversationId)}`,
        query: { fields: `messages.limit(${limit})${after}{${details}}` },
        token,
        read: (body, skipped) => {
          const found = objectReader(conversation)(body, skipped);
          // Graph leaves an empty list out.
          if (found.messages === undefined && found.id) return { rows: [], nextCursor: null };
          return readRows(found.messages, messageDetails, 'messages', skipped);
        },
      }),
    ),
  );
  return { data: value.rows.map(messageOf), nextCursor: value.nextCursor };
}

function messageOf(row: MessageDetails | null): Message {
  if (!row)
    return {
      ...{ id: null, createdAt: null, from: null, to: [], text: null, attachments: null },
      ...{ unsupported: false, unavailable: true },
    };
  const { mention, reply_to: replyTo } = row.story ?? {};
  const attachments = [
    ...row.attachments,
    ...row.shares.map((payload) => ({ type: 'share', payload })),
    ...(mention ? [{ type: 'story_mention', payload: mention }] : []),
    ...(replyTo ? [{ type: 'story_reply', payload: replyTo }] : []),
  ];
  const unsupported = row.is_unsupported === true;
  const hasContent = row.message || attachments.length > 0 || unsupported;
  return {
    id: row.id,
    createdAt: row.created_time,
    from: row.from ?? null,
    to: row.to,
    text: row.message || null,
    attachments: attachments.length > 0 ? attachments : null,
    unsupported,
    unavailable: !row.from && !hasContent,
  };
}

const sent = z.object({ message_id: idText, recipient_id: optional(idText) });

/**
 * Sends one text. Instagram knows no idempotency key: a send without an answer may have arrived.
 * @see https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message
 * @throws ProviderError
 */
export async function sendMessage(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
  wanted: { recipientId: string; text: string; tag: 'HUMAN_AGENT' | null },
): Promise<{ messageId: string; recipientId: string }> {
  const { value } = await http({
    method: 'POST',
    operation: 'send_message',
    url: `${settings.graphUrl}/${settings.graphVersion}/me/messages`,
    json: {
      recipient: { id: wanted.recipientId },
      message: { text: wanted.text },
      ...(wanted.tag && { messaging_type: 'MESSAGE_TAG', tag: wanted.tag }),
    },
    token,
    read: objectReader(sent),
  });
  return { messageId: value.message_id, recipientId: value.recipient_id ?? wanted.recipientId };
}
