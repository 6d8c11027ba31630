import { z } from 'zod';
import { parseBody } from './http';

/** A message that an account received. */
export interface InboundMessage {
  /** The professional account's id. */
  accountId: string;
  messageId: string;
  senderId: string;
  /** Epoch ms; null when Instagram's is none. */
  sentAt: number | null;
  text: string | null;
}

const id = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\d{1,40}$/));
const item = z.object({
  sender: z.object({ id }),
  timestamp: z.unknown().optional(),
  message: z.object({
    mid: z.string().regex(/^[\x21-\x7e]{1,1000}$/),
    text: z.unknown().optional(),
    is_echo: z.unknown().optional(),
    is_deleted: z.unknown().optional(),
  }),
});
const entry = z.object({ id, messaging: z.array(z.unknown()) });
const delivery = z.object({ object: z.literal('instagram'), entry: z.array(z.unknown()) });

/**
 * The messages in a webhook's body that were sent to accounts: no echoes of what accounts sent themselves, nothing that
 * was taken back. What is of another shape is left out; null when the body is no JSON at all.
 * @see https://developers.facebook.com/documentation/instagram-platform/webhooks/examples
 */
export function readInbound(body: string): InboundMessage[] | null {
  const json = parseBody(body);
  if (json === undefined) return null;
  return eachOf(delivery, [json])
    .flatMap((one) => eachOf(entry, one.entry))
    .flatMap(({ id: accountId, messaging }) =>
      eachOf(item, messaging)
        .filter(({ sender, message }) => !message.is_echo && !message.is_deleted && sender.id !== accountId)
        .map(({ sender, timestamp, message }) => ({
          accountId,
          messageId: message.mid,
          senderId: sender.id,
          sentAt: instant(timestamp),
          text: typeof message.text === 'string' ? storable(message.text) : null,
        })),
    );
}

function eachOf<T>(schema: z.ZodType<T>, values: unknown[]): T[] {
  return values.flatMap((value) => schema.safeParse(value).data ?? []);
}

/** Meta's milliseconds, as long as they are an instant. */
function instant(value: unknown): number | null {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime()) ? value : null;
}

/** As the database can keep it: no null character, no half of a surrogate pair. */
function storable(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\ufffd');
}
