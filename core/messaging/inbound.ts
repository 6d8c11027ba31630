import { isRecord } from '../is-record';

/**
 * What an item of a webhook delivery is. `echo`: the account's own; `read`: the customer has seen a message; `unsend`: a
 * message was taken back by its sender.
 */
export type ItemKind = 'message' | 'postback' | 'referral' | 'edit' | 'unsend' | 'reaction' | 'read' | 'echo';

/** What a `message.received` event is about. */
export const MESSAGE_KINDS = [
  'message',
  'postback',
  'referral',
  'reaction',
  'story_mention',
  'story_reply',
  'share',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

/** An object of a delivery, whose fields may be anything. */
export type Part = Readonly<Record<string, unknown>>;

/**
 * Read top-down: the first field that an item has decides. A referral is last, since it may belong to another kind.
 * @see https://developers.facebook.com/documentation/instagram-platform/webhooks/examples
 */
const TABLE: readonly { field: string; kind(part: Part, isOwn: boolean): ItemKind }[] = [
  {
    field: 'message',
    // The account may take back what it sent itself, too.
    kind: ({ is_deleted: isDeleted, is_echo: isEcho }, isOwn) =>
      isTrue(isDeleted) ? 'unsend' : isTrue(isEcho) || isOwn ? 'echo' : 'message',
  },
  { field: 'message_edit', kind: (_, isOwn) => (isOwn ? 'echo' : 'edit') },
  {
    field: 'postback',
    kind: ({ is_echo: isEcho }, isOwn) => (isTrue(isEcho) || isOwn ? 'echo' : 'postback'),
  },
  { field: 'reaction', kind: (_, isOwn) => (isOwn ? 'echo' : 'reaction') },
  { field: 'read', kind: () => 'read' },
  { field: 'referral', kind: (_, isOwn) => (isOwn ? 'echo' : 'referral') },
];

/** The webhook fields whose changes are items like those of `messaging`. */
const ITEM_FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_referral',
  'messaging_referrals',
  'message_reactions',
  'messaging_seen',
  'message_edit',
  'message_edits',
  'message_echoes',
  'standby',
];

/** Whether a change of this field is an item like those of `messaging`. */
export function isItemField(field: string): boolean {
  return ITEM_FIELDS.includes(field);
}

/** The kind of an item and the part that says so; null: none is known. @param isOwn whether the account is the sender */
export function kindOf(item: Part, isOwn: boolean): { kind: ItemKind; field: string; part: Part } | null {
  for (const { field, kind } of TABLE) {
    const part = item[field];
    if (isRecord(part)) return { kind: kind(part, isOwn), field, part };
  }
  return null;
}

/** Fields that every item has, and that say nothing of its kind. */
const COMMON_FIELDS = ['sender', 'recipient', 'timestamp', 'time', 'id', 'is_echo', 'hop_context'];

/** The name of what an unknown item is about: `optin`, `pass_thread_control`. */
export function unknownFieldOf(item: Part, otherwise: string): string {
  return Object.keys(item).find((field) => !COMMON_FIELDS.includes(field)) ?? otherwise;
}

const KINDS_OF_ATTACHMENTS: Readonly<Record<string, MessageKind>> = {
  story_mention: 'story_mention',
  share: 'share',
  post: 'share',
  ig_post: 'share',
  reel: 'share',
  ig_reel: 'share',
};

/** What kind of message a message is, by what is attached to it and what it answers. */
export function messageKindOf(attachmentTypes: readonly string[], repliesToStory: boolean): MessageKind {
  if (repliesToStory) return 'story_reply';
  return attachmentTypes.map((type) => KINDS_OF_ATTACHMENTS[type]).find(Boolean) ?? 'message';
}

/** Types of attachments of which Instagram gives nothing else. */
const UNSUPPORTED_TYPES = ['unsupported_type', 'unsupported'];

export function isUnsupported(flag: unknown, attachmentTypes: readonly string[]): boolean {
  return isTrue(flag) || attachmentTypes.some((type) => UNSUPPORTED_TYPES.includes(type));
}

/** A message, or what else came in about one, as it is stored and reported. */
export interface InboundItem {
  kind: ItemKind;
  /** The ID of the entry: the professional account's, or the app-scoped one. */
  accountId: string;
  /** Null: it has none of its own. That of a reaction or an edit is the message's that it is about. */
  messageId: string | null;
  /** Null where Instagram names no sender. */
  senderId: string | null;
  recipientId: string | null;
  /** Epoch ms; null when Instagram's is none. */
  sentAt: number | null;
  /** Another app has the conversation: this one may only listen. */
  standby: boolean;
  content: InboundContent;
  /** Equal exactly for repetitions of the same item. */
  key: string;
}

export interface InboundContent {
  kind: MessageKind;
  text: string | null;
  attachments: readonly { type: string; url: string | null }[];
  referral: Referral | null;
  postback: { title: string | null; payload: string | null } | null;
  reaction: { action: string | null; reaction: string | null; emoji: string | null } | null;
  /** Of a kind that Instagram shows only in its own app. */
  unsupported: boolean;
  /** How often the message has been edited; null: Instagram does not say. */
  edits: number | null;
}

/** How a customer came to write. */
export interface Referral {
  ref: string | null;
  source: string | null;
  type: string | null;
  adId: string | null;
  adTitle: string | null;
  url: string | null;
}

export const NO_CONTENT: InboundContent = {
  kind: 'message',
  text: null,
  attachments: [],
  referral: null,
  postback: null,
  reaction: null,
  unsupported: false,
  edits: null,
};

/** An item as events contain it. @param withText whether texts and URLs may be forwarded; types always are */
export function reportOf(item: InboundItem, ownIds: readonly (string | null)[], withText: boolean) {
  const { content, messageId, senderId, recipientId, sentAt, standby } = item;
  const isOwn = senderId !== null && ownIds.includes(senderId);
  const base = {
    id: messageId,
    senderId,
    partnerId: isOwn ? recipientId : senderId,
    sentAt: sentAt === null ? null : new Date(sentAt).toISOString(),
    standby,
  };
  if (item.kind === 'unsend') return base;
  if (item.kind === 'edit') return { ...base, edits: content.edits, ...(withText && { text: content.text }) };
  const { referral, postback, reaction } = content;
  return {
    ...base,
    kind: content.kind,
    attachments: content.attachments.map(({ type, url }) => (withText ? { type, url } : { type })),
    referral: referral && referralOf(referral, withText),
    unsupported: content.unsupported,
    ...(reaction && { reaction: withText ? reaction : { action: reaction.action } }),
    ...(withText && { text: content.text }),
    ...(withText && postback && { postback }),
  };
}

function referralOf({ adTitle, url, ...rest }: Referral, withText: boolean) {
  return withText ? { ...rest, adTitle, url } : rest;
}

/**
 * An edit that tells of a message rather than of a change to it. Some accounts get one with every message, others in
 * place of it.
 */
export function isBareEdit({ kind, senderId, content }: InboundItem): boolean {
  return kind === 'edit' && (senderId === null || content.edits === 0);
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1;
}
