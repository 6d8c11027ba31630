import { z } from 'zod';
import { findCustomer, messagesOf } from './conversations';
import { answerableUntil } from './messaging';
import { type Account, type Conversation } from './state';
import { type World } from './world';

/** What a customer does, or where Instagram keeps their conversation. */
export const CustomerInput = z.strictObject({
  /** The customer blocks the account. */
  blocked: z.boolean().optional(),
  folder: z.enum(['general', 'requests']).optional(),
});

export interface CustomerView {
  id: string;
  username: string;
  conversationId: string;
  blocked: boolean;
  folder: Conversation['folder'];
  /** The last message in either direction. */
  lastMessageAt: string | null;
  /** `null`: without end, as of sample conversations. */
  answerableUntil: string | null;
}

/** Returns `undefined` where the account has no such customer. */
export function setCustomer(
  world: World,
  account: Account,
  name: string,
  { blocked, folder }: z.output<typeof CustomerInput>,
): CustomerView | undefined {
  const conversation = findCustomer(account, name);
  if (!conversation) return undefined;
  if (blocked !== undefined) conversation.blocked = blocked;
  if (folder !== undefined) conversation.folder = folder;
  world.changed(account);
  return customerView(world, account, conversation);
}

export function customerView(world: World, account: Account, conversation: Conversation): CustomerView {
  const until = answerableUntil(world, account, conversation, false);
  const last = messagesOf(conversation)[0];
  return {
    ...conversation.customer,
    conversationId: conversation.id,
    blocked: conversation.blocked,
    folder: conversation.folder,
    lastMessageAt: last ? iso(last.at) : null,
    answerableUntil: until === null || until === -Infinity ? null : iso(until),
  };
}

const iso = (instant: number) => new Date(instant).toISOString();
