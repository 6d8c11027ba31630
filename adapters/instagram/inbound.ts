import { z } from 'zod';
import {
  type InboundContent,
  type InboundItem,
  type ItemKind,
  type Part,
  NO_CONTENT,
  isItemField,
  isUnsupported,
  kindOf,
  messageKindOf,
  unknownFieldOf,
} from '../../core/messaging/inbound';
import { isRecord } from '../../core/is-record';
import { parseBody } from './http';
import { optional } from './reading';

/** Something in a delivery that is no item we know. `field`: its name, or that of the part which cannot be read. */
export interface UnknownItem {
  field: string;
}

/** What a delivery contains: each part of it is in one of the two lists. */
export interface Inbound {
  items: InboundItem[];
  unknown: UnknownItem[];
}

const MAX_TEXT_LENGTH = 20_000;
const MAX_ATTACHMENTS = 100;
const id = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,40}$/));
const mid = z.string().regex(/^[\x21-\x7e]{1,1000}$/);
const text = optional(z.string()).transform((value) => (value ? storable(value) : null));
/** Names that Meta gives: types, sources, actions. */
const word = optional(z.string().regex(/^[\w .:-]{1,100}$/));
const whole = optional(z.union([z.number().int().min(0).max(1e6), z.string().regex(/^\d{1,6}$/)])).transform(
  (value) => (value === null || value === undefined ? null : Number(value)),
);
const person = optional(z.object({ id: optional(id) })).transform((found) => found?.id ?? null);
const attachment = z.object({
  type: word,
  payload: optional(z.object({ url: text })),
});
const attachments = optional(z.array(z.unknown())).transform((list) =>
  (list ?? []).slice(0, MAX_ATTACHMENTS).map((one) => {
    const { data } = attachment.safeParse(one);
    return { type: data?.type ?? 'unknown', url: data?.payload?.url ?? null };
  }),
);
const referral = optional(
  z.object({
    ref: text,
    source: word,
    type: word,
    ad_id: optional(id),
    ads_context_data: optional(z.object({ ad_title: text, photo_url: text, video_url: text })),
  }),
).transform((found) => {
  if (!found) return null;
  const { ad_title: adTitle, photo_url: photo, video_url: video } = found.ads_context_data ?? {};
  return {
    ref: found.ref,
    source: found.source ?? null,
    type: found.type ?? null,
    adId: found.ad_id ?? null,
    adTitle: adTitle ?? null,
    url: photo ?? video ?? null,
  };
});

/** Of every part that says what an item is, the fields that are read. */
const part = z.object({
  mid: optional(mid),
  text,
  attachments,
  referral,
  is_unsupported: z.unknown().optional(),
  reply_to: optional(z.object({ story: optional(z.object({})) })),
  title: text,
  payload: text,
  action: word,
  reaction: word,
  emoji: text,
  num_edit: whole,
});
type Fields = z.output<typeof part>;

/**
 * Everything in a webhook's body: each item of `messaging`, `standby` and message-like `changes` is of one kind of the
 * table in `core/messaging/inbound`, or unknown by name. Never throws; null when the body is no JSON at all.
 * @see https://developers.facebook.com/documentation/instagram-platform/webhooks/examples
 */
export function readInbound(body: string): Inbound | null {
  const json = parseBody(body);
  if (json === undefined) return null;
  const found: Inbound = { items: [], unknown: [] };
  // Meta's documentation prints deliveries as lists.
  for (const delivery of Array.isArray(json) ? (json as unknown[]) : [json]) readDelivery(delivery, found);
  if (found.items.length + found.unknown.length === 0) found.unknown.push({ field: 'entry' });
  return found;
}

function readDelivery(delivery: unknown, found: Inbound): void {
  if (!isRecord(delivery) || delivery.object !== 'instagram') found.unknown.push({ field: 'object' });
  else if (!Array.isArray(delivery.entry)) found.unknown.push({ field: 'entry' });
  else for (const entry of delivery.entry as unknown[]) readEntry(entry, found);
}

function readEntry(entry: unknown, found: Inbound): void {
  const accountId = isRecord(entry) ? id.safeParse(entry.id).data : undefined;
  if (!isRecord(entry) || accountId === undefined) return void found.unknown.push({ field: 'entry' });
  let lists = 0;
  for (const field of ['messaging', 'standby'])
    if (entry[field] !== undefined) {
      lists += 1;
      readList(entry[field], field, (value) => {
        readItem(value, { field, standby: field === 'standby', accountId, time: entry.time }, found);
      });
    }
  if (entry.changes !== undefined) {
    lists += 1;
    readList(entry.changes, 'changes', (change) =>
      readChange(change, { accountId, time: entry.time }, found),
    );
  }
  // Meta's test button sends changes in the entry itself.
  if (lists === 0 && 'field' in entry) readChange(entry, { accountId, time: entry.time }, found);
  else if (lists === 0) found.unknown.push({ field: 'entry' });

  function readList(list: unknown, field: string, read: (value: unknown) => void): void {
    if (Array.isArray(list)) list.forEach(read);
    else found.unknown.push({ field });
  }
}

interface Place {
  accountId: string;
  /** When Instagram sent the delivery: its own format. */
  time: unknown;
}

function readChange(change: unknown, place: Place, found: Inbound): void {
  if (!isRecord(change) || typeof change.field !== 'string')
    return void found.unknown.push({ field: 'changes' });
  const { field, value } = change;
  if (!isItemField(field)) return void found.unknown.push({ field });
  for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
    readItem(one, { ...place, field, standby: field === 'standby' }, found);
  if (Array.isArray(value) && value.length === 0) found.unknown.push({ field });
}

function readItem(value: unknown, place: Place & { field: string; standby: boolean }, found: Inbound): void {
  const { accountId } = place;
  if (!isRecord(value)) return void found.unknown.push({ field: place.field });
  const senderId = person.parse(value.sender);
  const is = kindOf(value, senderId === accountId);
  if (!is) return void found.unknown.push({ field: unknownFieldOf(value, place.field) });
  const fields = part.parse(is.part);
  const missing = missingIn(is.kind, fields, senderId);
  if (missing) return void found.unknown.push({ field: `${is.field}.${missing}` });
  const item = {
    kind: is.kind,
    accountId,
    messageId: fields.mid ?? null,
    senderId,
    recipientId: person.parse(value.recipient),
    sentAt: instant(value.timestamp),
    standby: place.standby,
    content: contentOf(is.kind, fields, is.part),
  };
  found.items.push({ ...item, key: keyOf(item, place.time) });
}

/** The field without which an item of this kind cannot be reported; null: all are there. */
function missingIn(kind: ItemKind, { mid: messageId }: Fields, senderId: string | null): string | null {
  if (kind === 'read' || kind === 'echo') return null;
  const isNamed = kind === 'postback' || kind === 'referral' || messageId;
  if (!isNamed) return 'mid';
  return senderId === null && kind !== 'edit' && kind !== 'unsend' ? 'sender' : null;
}

function contentOf(kind: ItemKind, fields: Fields, raw: Part): InboundContent {
  const { title, payload, action, reaction, emoji } = fields;
  switch (kind) {
    case 'message': {
      const types = fields.attachments.map(({ type }) => type);
      return {
        ...NO_CONTENT,
        kind: messageKindOf(types, Boolean(fields.reply_to?.story)),
        text: fields.text,
        attachments: fields.attachments,
        referral: fields.referral,
        unsupported: isUnsupported(fields.is_unsupported, types),
      };
    }
    case 'postback':
      return { ...NO_CONTENT, kind, text: title, postback: { title, payload }, referral: fields.referral };
    case 'referral':
      return { ...NO_CONTENT, kind, referral: referral.parse(raw) };
    case 'reaction':
      return { ...NO_CONTENT, kind, reaction: { action: action ?? null, reaction: reaction ?? null, emoji } };
    case 'edit':
      return { ...NO_CONTENT, text: fields.text, edits: fields.num_edit };
    default:
      return NO_CONTENT;
  }
}

/** What only a repetition has in common with an item. The message's own ID, where that says it all. */
function keyOf(item: Omit<InboundItem, 'key'>, time: unknown): string {
  const { kind, messageId, senderId, content } = item;
  const at = item.sentAt ?? instant(time) ?? '';
  switch (kind) {
    case 'message':
      return messageId ?? '';
    case 'unsend':
      return `unsend ${messageId}`;
    case 'edit':
      return `edit ${messageId} ${content.edits ?? at}`;
    case 'postback':
      return messageId === null
        ? JSON.stringify([kind, senderId, at, content.postback])
        : `postback ${messageId}`;
    default:
      return JSON.stringify([kind, senderId, messageId, at, content.reaction, content.referral]);
  }
}

/** Between these, a number is of seconds: as milliseconds it would be of 1970. */
const SECONDS_FROM = 1e9;
const SECONDS_TO = 1e11;

/** Meta's time as epoch ms: a number or text, in milliseconds or seconds; null when it is none. */
function instant(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') return null;
  const at = number >= SECONDS_FROM && number < SECONDS_TO ? number * 1_000 : number;
  return Number.isNaN(new Date(at).getTime()) ? null : at;
}

/** As the database can keep it: no null character, no half of a surrogate pair, not beyond any message's length. */
function storable(value: string): string {
  return value.slice(0, MAX_TEXT_LENGTH).replace(/\0|\p{Surrogate}/gu, '\ufffd');
}
