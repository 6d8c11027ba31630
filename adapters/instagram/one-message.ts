import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type InboundContent, NO_CONTENT, messageKindOf } from '../../core/messaging/inbound';
import { instant, participant, people } from './conversations';
import { type ProviderHttp } from './http';
import { ProviderError } from './provider-error';
import { idText, objectReader, optional } from './reading';
import { type InstagramSettings } from './settings';

/** A message by its ID, as if it had come in. */
export interface FetchedMessage {
  senderId: string | null;
  recipientId: string | null;
  /** Epoch ms. */
  sentAt: number | null;
  content: InboundContent;
}

const FIELDS = 'id,created_time,from,to,message,attachments';
/** Not known to every version of the API. */
const MORE_FIELDS = 'shares,story,is_unsupported';

const media = optional(z.object({ url: optional(z.string()) }));
const attachment = z.object({ image_data: media, video_data: media, file_url: optional(z.string()) });
const link = optional(z.object({ link: optional(z.string()) }));
const list = <T extends z.ZodType>(one: T) =>
  optional(z.object({ data: z.array(one.nullable().catch(null)) }));
const message = z.object({
  id: idText,
  created_time: instant,
  from: optional(participant),
  to: people,
  message: optional(z.string()),
  attachments: list(attachment),
  shares: list(z.object({ link: optional(z.string()) })),
  story: optional(z.object({ mention: link, reply_to: link })),
  is_unsupported: optional(z.boolean()),
});

/**
 * One message with its details.
 * @throws ProviderError
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/conversations-api
 */
export async function readMessage(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
  messageId: string,
): Promise<FetchedMessage> {
  const ask = (fields: string) =>
    http({
      method: 'GET',
      operation: 'read_message',
      url: `${settings.graphUrl}/${settings.graphVersion}/${encodeURIComponent(messageId)}`,
      query: { fields },
      token,
      read: objectReader(message),
    });
  const { value } = await ask(`${FIELDS},${MORE_FIELDS}`).catch((error: unknown) => {
    if (error instanceof ProviderError && error.failure.problem === 'rejected') return ask(FIELDS);
    throw error;
  });
  return {
    senderId: value.from?.id ?? null,
    recipientId: value.to[0]?.id ?? null,
    sentAt: value.created_time,
    content: contentOf(value),
  };
}

function contentOf(found: z.output<typeof message>): InboundContent {
  const { mention, reply_to: replyTo } = found.story ?? {};
  const attachments = [
    ...(found.attachments?.data ?? []).map((one) => ({
      type: one?.image_data ? 'image' : one?.video_data ? 'video' : 'file',
      url: one?.image_data?.url ?? one?.video_data?.url ?? one?.file_url ?? null,
    })),
    ...(found.shares?.data ?? []).map((one) => ({ type: 'share', url: one?.link ?? null })),
    ...(mention ? [{ type: 'story_mention', url: mention.link ?? null }] : []),
  ];
  const types = attachments.map(({ type }) => type);
  return {
    ...NO_CONTENT,
    kind: messageKindOf(types, Boolean(replyTo)),
    text: found.message || null,
    attachments,
    unsupported: found.is_unsupported === true,
  };
}
