import { z } from '@hono/zod-openapi';
import { AUDIENCES, DELIVERY_KINDS, DELIVERY_STATUSES } from '../../../core/deliveries/deliveries';
import { EVENT_TYPES } from '../../../core/deliveries/events';
import { MAIL_TEST_CODES } from './mail-test';
import { MAX_REDELIVERIES } from './start-redelivery';
import { emailAddress, instant, pageOf } from '../schemas';

/** Schemas of deliveries and email tests. */

const ref = (description: string, example: string) =>
  z
    .string()
    .max(64)
    .regex(/^[\w-]+$/, 'must be an ID')
    .openapi({ description, example });

export const deliveryIdParam = z.object({
  id: z
    .string()
    .max(64)
    .openapi({ description: 'ID of the delivery.', example: 'dlv_0a1b2c3d4e5f6g7h8j9kmnpq' }),
});

export const Delivery = z
  .object({
    id: z.string().openapi({ description: 'ID of the delivery.', example: 'dlv_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    kind: z.enum(DELIVERY_KINDS).openapi({ description: 'A webhook or an email.' }),
    endpointId: z.string().nullable().openapi({
      example: 'whe_0a1b2c3d4e5f6g7h8j9kmnpq',
      description: 'The webhook endpoint; null: an email.',
    }),
    audience: z.enum(AUDIENCES).nullable().openapi({
      description:
        'Who received the email; null: a webhook, or not attempted yet. Addresses are not stored here.',
    }),
    integrationId: z.string().nullable().openapi({
      example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq',
      description: 'The integration of the event; null: none.',
    }),
    eventId: z.string().openapi({
      example: 'evt_0a1b2c3d4e5f6g7h8j9kmnpq',
      description: 'The event. Webhooks receive it as `webhook-id`.',
    }),
    type: z.enum(EVENT_TYPES).openapi({ description: 'Type of the event.' }),
    status: z.enum(DELIVERY_STATUSES).openapi({
      description:
        '`waiting`: pending. `delivered`: accepted. `failed`: the last attempt failed. `skipped`: the endpoint was disabled, or an email became outdated or had no recipient.',
    }),
    attempts: z.number().int().openapi({ example: 1, description: 'Number of attempts.' }),
    lastStatus: z.number().int().nullable().openapi({
      example: 200,
      description: 'HTTP status or SMTP reply code of the last attempt; null: no answer.',
    }),
    lastDurationMs: z.number().int().nullable().openapi({
      example: 84,
      description: 'How long the last attempt took, in milliseconds; null: there was none.',
    }),
    lastError: z
      .string()
      .nullable()
      .openapi({ example: null, description: 'Why the last attempt failed, or why there was none.' }),
    nextAttemptAt: instant.nullable().openapi({
      description:
        'Earliest time of the next attempt; earlier events of the integration go first. null: ended.',
    }),
    createdAt: instant.openapi({ description: 'When the delivery was created.' }),
    endedAt: instant.nullable().openapi({ description: 'When it was delivered, failed or skipped.' }),
  })
  .openapi('Delivery');

export const Deliveries = pageOf(Delivery);

export const deliveryQuery = z.strictObject({
  endpointId: ref('Only deliveries to this webhook endpoint.', 'whe_0a1b2c3d4e5f6g7h8j9kmnpq').optional(),
  integrationId: ref('Only events of this integration.', 'int_0a1b2c3d4e5f6g7h8j9kmnpq').optional(),
  status: z.enum(DELIVERY_STATUSES).optional().openapi({ description: 'Only deliveries in this status.' }),
  cursor: z
    .string()
    .max(200)
    .optional()
    .openapi({ example: 'eyJhdCI6MTc3OTMzNjAwMDAwMH0', description: '`nextCursor` of the previous page.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: 'Rows per page.' }),
});

export const RedeliverFailed = z
  .strictObject({
    endpointId: ref('Only deliveries to this webhook endpoint.', 'whe_0a1b2c3d4e5f6g7h8j9kmnpq').optional(),
    integrationId: ref('Only events of this integration.', 'int_0a1b2c3d4e5f6g7h8j9kmnpq').optional(),
  })
  .openapi('RedeliverFailed');

export const Redeliveries = z
  .object({
    redelivered: z
      .number()
      .int()
      .max(MAX_REDELIVERIES)
      .openapi({ example: 12, description: 'How many deliveries are pending again.' }),
    hasMore: z
      .boolean()
      .openapi({ description: 'Whether more may have failed, so that the request should be repeated.' }),
  })
  .openapi('Redeliveries');

export const MailSettings = z
  .object({
    configured: z.boolean().openapi({ description: 'Whether email is on (`SMTP_URL`).' }),
    server: z.string().nullable().openapi({
      example: 'smtps://mail.example.com:465',
      description: 'The mail server, without credentials; null: email is off.',
    }),
    from: z.string().nullable().openapi({
      example: 'Evergrant <evergrant@example.com>',
      description: 'The sender; null: email is off.',
    }),
    operatorEmail: z.string().nullable().openapi({
      example: 'ops@example.com',
      description: 'Who receives emails to operators (`EVERGRANT_OPERATOR_EMAIL`); null: nobody.',
    }),
  })
  .openapi('MailSettings');

export const MailTestRequest = z
  .strictObject({ to: emailAddress.openapi({ example: 'ops@example.com', description: 'Recipient.' }) })
  .openapi('MailTestRequest');

export const MailTest = z
  .object({
    delivered: z.boolean().openapi({ description: 'Whether the mail server accepted the email.' }),
    error: z
      .object({
        code: z.enum(MAIL_TEST_CODES).openapi({
          description:
            '`not_configured`: `SMTP_URL` is not set. `refused`: by the mail server. `unreachable`: no answer.',
        }),
        text: z
          .string()
          .openapi({ example: 'The mail server is not responding.', description: 'Description for people.' }),
      })
      .nullable()
      .openapi({ description: 'Why it was not delivered.' }),
  })
  .openapi('MailTest');
