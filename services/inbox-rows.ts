import { type Conversation } from '../adapters/instagram/conversations';
import { type Message } from '../adapters/instagram/messages';
import { type ConversationRow, type MessageRow } from '../core/messaging/activities-contract';

/** Rows of the inbox as other programs receive them, over HTTP and from activities. */

export function conversationRow({ unavailable, updatedAt, ...row }: Conversation): ConversationRow {
  return { ...row, updatedAt: iso(updatedAt), ...(unavailable && { unavailable }) };
}

export function messageRow(message: Message): MessageRow {
  const { attachments, unsupported, unavailable, createdAt, ...row } = message;
  return {
    ...row,
    createdAt: iso(createdAt),
    ...(attachments && { attachments }),
    ...(unsupported && { unsupported }),
    ...(unavailable && { unavailable }),
  };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
