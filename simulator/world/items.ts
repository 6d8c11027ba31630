import { z } from 'zod';
import { fromCustomer } from '../callbacks/items';
import { announceItem, sendRaw } from '../callbacks/webhooks';
import { ConflictError } from '../graph/conflict';
import { append, conversationWith, messagesOf } from './conversations';
import { type Account, type Conversation } from './state';
import { type World } from './world';

/** What a customer can do besides writing a text. */
export const ITEM_KINDS = [
  'image',
  'share',
  'story_mention',
  'story_reply',
  'ad',
  'unsupported',
  'postback',
  'referral',
  'story_mention_referral',
  'reaction',
  'read',
  'edit',
  'comment',
  'optin',
] as const;
type ItemKind = (typeof ITEM_KINDS)[number];

export const ItemInput = z.strictObject({
  kind: z.enum(ITEM_KINDS),
  /** Id or username of the customer; absent: the last sender. */
  from: z.string().min(1).max(64).optional(),
  text: z.string().min(1).max(10_000).optional(),
  /** The message that a reaction, an edit or a reading is about; absent: the customer's last one. */
  message: z.string().min(1).max(1_000).optional(),
});

const LINK = 'https://lookaside.example/asset';
const AD = { ref: '', ad_id: '120000000000000001', source: 'ADS', type: 'OPEN_THREAD' };

/** Messages with something else than text alone. */
const MESSAGES: Partial<Record<ItemKind, (text: string | undefined) => object>> = {
  image: () => ({ attachments: [{ type: 'image', payload: { url: LINK } }] }),
  share: () => ({ attachments: [{ type: 'share', payload: { url: LINK } }] }),
  story_mention: () => ({ attachments: [{ type: 'story_mention', payload: { url: LINK } }] }),
  story_reply: (text = 'Nice!') => ({ text, reply_to: { story: { id: '18000000000000003', url: LINK } } }),
  ad: (text = 'Is this still for sale?') => ({
    text,
    referral: { ...AD, ads_context_data: { ad_title: 'Sale', photo_url: LINK } },
  }),
  unsupported: () => ({ is_unsupported: true }),
};

/**
 * A customer does something, and the app is told. @returns the message's id; `null`: it is none
 * @see https://developers.facebook.com/documentation/instagram-platform/webhooks/examples
 */
export function sendItem(
  world: World,
  account: Account,
  { kind, from, text, message }: z.output<typeof ItemInput>,
): { kind: ItemKind; messageId: string | null } {
  const conversation = conversationWith(world, account, from);
  const at = world.clock.now();
  const tell = (field: Parameters<typeof fromCustomer>[2], parts: object) =>
    announceItem(world, account, fromCustomer(account, conversation, field, parts, at));
  const content = MESSAGES[kind]?.(text);
  if (content) {
    conversation.sample = false;
    const { id } = append(world, account, conversation, { direction: 'inbound', text: text ?? '' });
    tell('messages', { message: { mid: id, ...content } });
    return { kind, messageId: id };
  }
  const about = () => message ?? lastOf(conversation);
  const mid = kind === 'postback' ? `aWdfZAG1fbWlkOj${world.random.text(60)}ZD` : null;
  switch (kind) {
    case 'postback':
      tell('messaging_postbacks', { postback: { mid, title: text ?? 'Opening hours', payload: 'HOURS' } });
      break;
    case 'referral':
      tell('messaging_referral', { referral: { ref: 'spring', source: 'ADS', type: 'OPEN_THREAD' } });
      break;
    case 'story_mention_referral':
      tell('messaging_referral', { referral: { source: 'STORY_MENTION', type: 'OPEN_THREAD' } });
      break;
    case 'reaction':
      tell('message_reactions', {
        reaction: { mid: about(), action: 'react', reaction: 'love', emoji: '❤' },
      });
      break;
    case 'read':
      tell('messaging_seen', { read: { mid: about() } });
      break;
    case 'edit':
      return {
        kind,
        messageId: edit(world, account, conversation, about(), text ?? 'the price is 20, not 200'),
      };
    case 'optin':
      tell('messaging_optins', { optin: { type: 'notification_messages' } });
      break;
    default:
      sendRaw(world, account.id, {
        object: 'instagram',
        entry: [
          { id: account.id, time: at, changes: [{ field: 'comments', value: comment(conversation, text) }] },
        ],
      });
  }
  return { kind, messageId: mid };
}

function edit(world: World, account: Account, conversation: Conversation, id: string, text: string): string {
  const found = conversation.messages.find((one) => one.id === id);
  if (!found) throw new ConflictError('message', `the customer has no message ${id}`);
  found.text = text;
  found.edits += 1;
  world.changed(account);
  const parts = { message_edit: { mid: id, text, num_edit: found.edits } };
  announceItem(world, account, fromCustomer(account, conversation, 'message_edit', parts, world.clock.now()));
  return id;
}

function lastOf(conversation: Conversation): string {
  const last = messagesOf(conversation)[0];
  if (!last) throw new ConflictError('message', 'the customer has no message');
  return last.id;
}

function comment({ customer }: Conversation, text = 'nice'): object {
  const media = { id: '18000000000000002', media_product_type: 'REELS' };
  return { id: '18000000000000001', from: customer, media, text };
}

/** What the test button of the app dashboard sends: an account that does not exist, and a time in seconds. */
export function sendDashboardTest(world: World): void {
  const value = {
    sender: { id: '12334' },
    recipient: { id: '23245' },
    timestamp: '1527459824',
    message: { mid: 'random_mid', text: 'random_text' },
  };
  const time = Math.floor(world.clock.now() / 1_000);
  sendRaw(world, null, {
    object: 'instagram',
    entry: [{ id: '0', time, changes: [{ field: 'messages', value }] }],
  });
}
