import { z } from '@hono/zod-openapi';
import { OUTGOING_CODES } from '../../../adapters/outgoing/failure';
import { DISABLED_REASONS } from '../../../core/deliveries/deliveries';
import { AUDIT_EVENT, EVENT_TYPES } from '../../../core/deliveries/events';
import { instant } from '../schemas';

/** Schemas of webhook endpoints. */

const id = z
  .string()
  .max(64)
  .openapi({ description: 'ID of the webhook endpoint.', example: 'whe_0a1b2c3d4e5f6g7h8j9kmnpq' });
export const webhookIdParam = z.object({ id });

const events = z.array(z.enum([...EVENT_TYPES, '*'])).openapi({
  description:
    'Event types that the endpoint receives. `["*"]`: all, including future types, but not `audit_entry.created`, which has to be listed.',
});

export const WebhookEndpoint = z
  .object({
    id,
    url: z
      .string()
      .openapi({ description: 'URL that events are sent to.', example: 'https://app.example.com/evergrant' }),
    events,
    enabled: z.boolean().openapi({ description: 'Whether the endpoint receives events.' }),
    disabledAt: instant.nullable().openapi({ description: 'When it was disabled; null: enabled.' }),
    disabledReason: z.enum(DISABLED_REASONS).nullable().openapi({
      description:
        '`by_hand`: by request. `gone`: it returned 410. `failing`: no 2xx response for five days.',
    }),
    oldSecretUntil: instant
      .nullable()
      .openapi({ description: 'Until when the previous secret signs as well; null: there is none.' }),
    createdAt: instant.openapi({ description: 'When the endpoint was added.' }),
  })
  .openapi('WebhookEndpoint');

export const WebhookEndpoints = z.object({
  data: z.array(WebhookEndpoint).openapi({ description: 'The endpoints.' }),
  nextCursor: z.null().openapi({ description: 'Always null: there is one page.' }),
});

export const CreatedWebhookEndpoint = WebhookEndpoint.extend({
  secret: z.string().openapi({
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    description: 'Signing secret (`whsec_…`). It cannot be read again.',
  }),
}).openapi('CreatedWebhookEndpoint');

const wantedEvents = events
  .min(1)
  .max(EVENT_TYPES.length)
  .refine(
    (types) => !types.includes('*') || types.every((type) => type === '*' || type === AUDIT_EVENT),
    'must contain event types, or * alone or with audit_entry.created',
  );

export const ChangedWebhookEndpoint = z
  .strictObject({
    enabled: z.boolean().optional().openapi({ description: '`false` skips pending deliveries.' }),
    events: wantedEvents.optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'must contain at least one change')
  .openapi('ChangedWebhookEndpoint', { minProperties: 1 });

export const RotatedWebhookSecret = z
  .object({
    id,
    secret: z.string().openapi({
      example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      description: 'The new signing secret. It cannot be read again.',
    }),
    oldSecretUntil: instant.openapi({ description: 'Until when the previous secret signs as well.' }),
  })
  .openapi('RotatedWebhookSecret');

export const NewWebhookEndpoint = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .openapi({
        example: 'https://app.example.com/evergrant',
        description: 'An https URL with a public address and without credentials.',
      }),
    events: wantedEvents,
  })
  .openapi('NewWebhookEndpoint');

export const WebhookTest = z
  .object({
    delivered: z.boolean().openapi({ description: 'Whether the endpoint returned 2xx.' }),
    status: z
      .number()
      .int()
      .nullable()
      .openapi({ example: 200, description: 'HTTP status; null: no answer.' }),
    durationMs: z
      .number()
      .int()
      .openapi({ example: 84, description: 'Duration of the request in milliseconds.' }),
    error: z
      .object({
        code: z.enum(OUTGOING_CODES).openapi({ description: 'Listed in `docs/webhooks.md`.' }),
        text: z
          .string()
          .openapi({ example: 'The endpoint is not responding.', description: 'Description for people.' }),
      })
      .nullable()
      .openapi({ description: 'Why there was no answer.' }),
  })
  .openapi('WebhookTest');
