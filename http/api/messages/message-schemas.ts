import { z } from '@hono/zod-openapi';
import { instant } from '../schemas';

/**
 * Schemas of the inbox.
 * @see https://developers.facebook.com/documentation/instagram-platform/conversations-api
 */

const participant = z.object({
  id: z.string().nullable().openapi({
    example: '1844117277239045',
    description: "Instagram-scoped ID, or the account's own ID; null: Instagram gives none.",
  }),
  username: z.string().nullable().openapi({ example: 'jo.customer', description: 'Username, without @.' }),
});

export const Conversation = z
  .object({
    id: z.string().nullable().openapi({
      example: 'aWdfZAG06MTpJR01lc3NhZA2VJRDox',
      description: "Instagram's conversation ID; null: this row could not be read.",
    }),
    updatedAt: instant.nullable().openapi({ description: 'When the last message was sent.' }),
    participants: z.array(participant).openapi({ description: 'The account and the customer.' }),
    unavailable: z.boolean().optional().openapi({ description: 'This row could not be read.' }),
  })
  .openapi('Conversation');

export const Message = z
  .object({
    id: z.string().nullable().openapi({
      example: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3',
      description: "Instagram's message ID; null: this row could not be read.",
    }),
    createdAt: instant.nullable().openapi({ description: 'When the message was sent.' }),
    from: participant.nullable().openapi({ description: 'Sender.' }),
    to: z.array(participant).openapi({ description: 'Recipients.' }),
    text: z
      .string()
      .nullable()
      .openapi({ example: 'Is it in stock?', description: 'Text; null: none, or not available.' }),
    attachments: z.array(z.unknown()).optional().openapi({
      description:
        'Attachments, as Instagram returns them. Shared posts and stories are `{type, payload}` with type `share`, `story_mention` or `story_reply`.',
    }),
    unsupported: z
      .boolean()
      .optional()
      .openapi({ description: 'A kind of message that Instagram shows only in its own app.' }),
    unavailable: z.boolean().optional().openapi({
      description:
        'Instagram no longer returns the details of this message, or not in a form that can be read.',
    }),
  })
  .openapi('Message');

export const NewMessage = z
  .strictObject({
    recipientId: z
      .string()
      .max(40)
      .regex(/^\d+$/, 'must be a numeric ID')
      .openapi({ example: '1844117277239045', description: 'Instagram-scoped ID of the recipient.' }),
    text: z
      .string()
      .min(1)
      // Longer than Instagram allows: `text_too_long` is a clearer error than a schema error.
      .max(65_536)
      .openapi({ example: 'Yes, it is.', description: 'At most 1,000 bytes of UTF-8.' }),
    tag: z
      .enum(['HUMAN_AGENT'])
      .optional()
      .openapi({
        description: 'Extends the messaging window from 24 hours to 7 days, for replies by a person.',
        externalDocs: {
          url: 'https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/messaging-api',
        },
      }),
  })
  .openapi('NewMessage');

export const Sent = z
  .object({
    messageId: z.string().openapi({
      example: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE4',
      description: "Instagram's ID of the sent message.",
    }),
    recipientId: z
      .string()
      .openapi({ example: '1844117277239045', description: 'Instagram-scoped ID of the recipient.' }),
  })
  .openapi('Sent');
