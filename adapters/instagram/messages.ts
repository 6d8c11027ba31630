import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type Page, type Participant, instantOf, paging, participant } from './conversations';
import { type ProviderHttp } from './http';
import { ProviderError } from './provider-error';
import { type InstagramSettings } from './settings';

export interface Message {
  id: string;
  /** Epoch ms. */
  createdAt: number | null;
  from: Participant | null;
  to: Participant[];
  text: string | null;
  attachments: unknown[] | null;
  /** Instagram gives no details of it any more (it keeps those of the 20 newest). */
  unavailable: boolean;
}

const DETAILS = 'id,created_time,from,to,message,attachments';
const id = z.union([z.string(), z.number()]).transform(String);
const message = z.object({
  id,
  created_time: z.union([z.string(), z.number()]).optional(),
  from: participant.optional(),
  to: z.object({ data: z.array(participant) }).optional(),
  message: z.string().optional(),
  attachments: z.object({ data: z.array(z.unknown()) }).optional(),
});
const list = z.object({ data: z.array(message), paging });
const nested = z.object({ messages: list.optional() });

/** One page of a conversation, newest first. @throws ProviderError */
export async function listMessages(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
  page: { conversationId: string; cursor: string | null; limit: number },
): Promise<Page<Message>> {
  const after = page.cursor === null ? '' : `.after(${page.cursor})`;
  const { body } = await http({
    method: 'GET',
    operation: 'list_messages',
    url: `${settings.graphUrl}/${settings.graphVersion}/${encodeURIComponent(page.conversationId)}`,
    query: { fields: `messages.limit(${page.limit})${after}{${DETAILS}}` },
    token,
  });
  const parsed = nested.safeParse(body);
  if (!parsed.success) throw ProviderError.unreadable('list_messages', 200);
  const found = parsed.data.messages ?? { data: [], paging: null };
  return { data: found.data.map(messageOf), nextCursor: found.paging };
}

function messageOf(m: z.infer<typeof message>): Message {
  return {
    id: m.id,
    createdAt: instantOf(m.created_time),
    from: m.from ?? null,
    to: m.to?.data ?? [],
    text: m.message ?? null,
    attachments: m.attachments?.data ?? null,
    unavailable: m.from === undefined && m.message === undefined,
  };
}

const sent = z.object({ message_id: id, recipient_id: id });

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
  const { body } = await http({
    method: 'POST',
    operation: 'send_message',
    url: `${settings.graphUrl}/${settings.graphVersion}/me/messages`,
    json: {
      recipient: { id: wanted.recipientId },
      message: { text: wanted.text },
      ...(wanted.tag && { messaging_type: 'MESSAGE_TAG', tag: wanted.tag }),
    },
    token,
  });
  const parsed = sent.safeParse(body);
  if (!parsed.success) throw ProviderError.unreadable('send_message', 200);
  return { messageId: parsed.data.message_id, recipientId: parsed.data.recipient_id };
}
