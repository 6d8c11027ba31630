import { type Account, type Conversation, type Mode } from '../world/state';
import { type World } from '../world/world';

/** The webhook field that an item belongs to. */
export const WEBHOOK_FIELDS = [
  'comments',
  'live_comments',
  'mentions',
  'message_edit',
  'message_reactions',
  'messages',
  'messaging_handover',
  'messaging_optins',
  'messaging_policy_enforcement',
  'messaging_postbacks',
  'messaging_referral',
  'messaging_seen',
  'response_feedback',
  'standby',
  'story_insights',
] as const;
export type WebhookField = (typeof WEBHOOK_FIELDS)[number];

/** What an app is told: `parts` are what an item has besides its people and time. */
export interface Item {
  field: WebhookField;
  parts: object;
  sender: string;
  recipient: string;
  /** Epoch ms. */
  at: number;
}

/** The body of one delivery. @see https://developers.facebook.com/documentation/instagram-platform/webhooks/examples */
export function deliveryOf(
  { clock, state }: World,
  account: Account,
  items: object[],
  mode: Mode = state.mode,
): object {
  const id = mode.webhookEntryId === 'app_scoped' ? account.appScopedId : account.id;
  const lists = mode.webhookShape === 'changes' ? { changes: items } : { [mode.webhookShape]: items };
  return { object: 'instagram', entry: [{ time: clock.now(), id, ...lists }] };
}

/** An item as it stands in its list. */
export function itemOf({ state }: World, { field, parts, sender, recipient, at }: Item): object {
  const inChanges = state.mode.webhookShape === 'changes';
  const item = {
    sender: { id: sender },
    recipient: { id: recipient },
    timestamp: inChanges ? String(at) : at,
    ...parts,
  };
  return inChanges ? { field, value: item } : item;
}

/** What came with a message whose edits are told, or in its place. */
export function bareEdit({ state }: World, messageId: string, at: number): object {
  const value = { timestamp: at, message_edit: { mid: messageId, num_edit: 0 } };
  return state.mode.webhookShape === 'changes' ? { field: 'message_edit', value } : value;
}

/** An item of a customer to an account. */
export function fromCustomer(
  account: Account,
  { customer }: Conversation,
  field: WebhookField,
  parts: object,
  at: number,
): Item {
  return { field, parts, sender: customer.id, recipient: account.id, at };
}
