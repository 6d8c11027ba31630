import { z } from '@hono/zod-openapi';
import { AUDIENCES, DELIVERY_KINDS, DELIVERY_STATUSES } from '../../../core/deliveries/deliveries';
import { EVENT_TYPES } from '../../../core/deliveries/events';
import { MAIL_TEST_CODES } from './mail-test';
import { emailAddress, instant, pageOf } from '../schemas';

/** Schemas of deliveries and email tests. */

const ref = z
  .string()
  .max(64)
  .regex(/^[\w-]+$/, 'is no id');

export const deliveryIdParam = z.object({
  id: z.string().max(64).openapi({ example: 'dlv_0a1b2c3d4e5f6g7h8j9kmnpq' }),
});

export const Delivery = z
  .object({
    id: z.string(),
    kind: z.enum(DELIVERY_KINDS),
    endpointId: z.string().nullable().openapi({ description: 'null: by e-mail.' }),
    audience: z.enum(AUDIENCES).nullable().openapi({
      description: 'Whom an e-mail went to; null until it was tried. Addresses are not kept here.',
    }),
    integrationId: z.string().nullable(),
    eventId: z.string().openapi({ description: 'Of webhooks: their `webhook-id`.' }),
    type: z.enum(EVENT_TYPES),
    status: z.enum(DELIVERY_STATUSES).openapi({
      description:
        '`waiting`: for its turn, its time or the next attempt. `failed`: given up. `skipped`: not to be told any more.',
    }),
    attempts: z.number().int(),
    lastStatus: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "The HTTP status, or SMTP's reply code; null: there was no answer." }),
    lastError: z.string().nullable().openapi({ description: 'Why it was not delivered.' }),
    nextAttemptAt: instant.nullable().openapi({
      description: 'The earliest; what comes before it in its lane goes first. null: it is over.',
    }),
    createdAt: instant,
    endedAt: instant.nullable(),
  })
  .openapi('Delivery');

export const Deliveries = pageOf(Delivery);

export const deliveryQuery = z.strictObject({
  endpointId: ref.optional(),
  integrationId: ref.optional(),
  status: z.enum(DELIVERY_STATUSES).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const MailTestRequest = z.strictObject({ to: emailAddress }).openapi('MailTestRequest');

export const MailTest = z
  .object({
    delivered: z.boolean().openapi({ description: 'Whether the mail server took it.' }),
    error: z.object({ code: z.enum(MAIL_TEST_CODES), text: z.string() }).nullable(),
  })
  .openapi('MailTest');
