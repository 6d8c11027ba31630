import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { type InboundContent, NO_CONTENT, messageKindOf } from '../../core/messaging/inbound';
import { type ProviderHttp } from './http';
import { type MessageDetails, askForDetails, messageDetails } from './message-details';
import { objectReader, optional } from './reading';
import { type InstagramSettings } from './settings';

/** A message by its ID, as if it had come in. */
export interface FetchedMessage {
  senderId: string | null;
  recipientId: string | null;
  /** Epoch ms. */
  sentAt: number | null;
  content: InboundContent;
}

const media = optional(z.object({ url: optional(z.string()) }));
const attachment = z.object({ image_data: media, video_data: media, file_url: optional(z.string()) });
const link = z.object({ link: optional(z.string()) });
const linkIn = (value: unknown): string | null => link.safeParse(value).data?.link ?? null;

/**
 * One message with its details.
 * @throws ProviderError
 */
export async function readMessage(
  http: ProviderHttp,
  settings: InstagramSettings,
  token: Secret,
  messageId: string,
): Promise<FetchedMessage> {
  const { value } = await askForDetails((fields) =>
    http({
      method: 'GET',
      operation: 'read_message',
      url: `${settings.graphUrl}/${settings.graphVersion}/${encodeURIComponent(messageId)}`,
      query: { fields },
      token,
      read: objectReader(messageDetails),
    }),
  );
  return {
    senderId: value.from?.id ?? null,
    recipientId: value.to[0]?.id ?? null,
    sentAt: value.created_time,
    content: contentOf(value),
  };
}

function contentOf(found: MessageDetails): InboundContent {
  const { mention, reply_to: replyTo } = found.story ?? {};
  const attachments = [
    ...found.attachments.map((one) => {
      const { image_data: image, video_data: video, file_url: file } = attachment.safeParse(one).data ?? {};
      const type = image ? 'image' : video ? 'video' : 'file';
      return { type, url: image?.url ?? video?.url ?? file ?? null };
    }),
    ...found.shares.map((one) => ({ type: 'share', url: linkIn(one) })),
    ...(mention ? [{ type: 'story_mention', url: linkIn(mention) }] : []),
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
