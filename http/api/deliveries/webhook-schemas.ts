import { z } from '@hono/zod-openapi';
import { OUTGOING_CODES } from '../../../adapters/outgoing/failure';
import { DISABLED_REASONS } from '../../../core/deliveries/deliveries';
import { EVENT_TYPES } from '../../../core/deliveries/events';
import { instant } from '../schemas';

/** The shapes of webhook endpoints. */

const id = z.string().max(64).openapi({ example: 'whe_0a1b2c3d4e5f6g7h8j9kmnpq' });
export const webhookIdParam = z.object({ id });

const events = z
  .array(z.enum([...EVENT_TYPES, '*']))
  .openapi({ description: 'The types it is told of; `["*"]`: all, also such as come later.' });

export const WebhookEndpoint = z
  .object({
    id,
    url: z.string(),
    events,
    enabled: z.boolean().openapi({ description: 'Whether it is told of events.' }),
    disabledAt: instant.nullable(),
    disabledReason: z.enum(DISABLED_REASONS).nullable().openapi({
      description:
        '`by_hand`: by request. `gone`: it answered 410. `failing`: it answered nothing with 2xx for five days.',
    }),
    oldSecretUntil: instant
      .nullable()
      .openapi({ description: 'Until when the secret before signs, too; null: there is none.' }),
    createdAt: instant,
  })
  .openapi('WebhookEndpoint');

export const WebhookEndpoints = z.object({ data: z.array(WebhookEndpoint), nextCursor: z.null() });

export const CreatedWebhookEndpoint = WebhookEndpoint.extend({
  secret: z.string().openapi({ description: 'Verifies its deliveries. Shown once.' }),
}).openapi('CreatedWebhookEndpoint');

const wantedEvents = events
  .min(1)
  .max(EVENT_TYPES.length)
  .refine(
    (types) => types.length === 1 || !types.includes('*'),
    'must contain either * alone or event types',
  );

export const ChangedWebhookEndpoint = z
  .strictObject({ enabled: z.boolean().optional(), events: wantedEvents.optional() })
  .refine((changes) => Object.keys(changes).length > 0, 'must contain at least one change')
  .openapi('ChangedWebhookEndpoint', { minProperties: 1 });

export const RotatedWebhookSecret = z
  .object({
    id,
    secret: z.string().openapi({ description: 'The new one. Shown once.' }),
    oldSecretUntil: instant.openapi({ description: 'Until then the old one signs, too.' }),
  })
  .openapi('RotatedWebhookSecret');

export const NewWebhookEndpoint = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .openapi({ description: 'https, of a public address, without credentials.' }),
    events: wantedEvents,
  })
  .openapi('NewWebhookEndpoint');

export const WebhookTest = z
  .object({
    delivered: z.boolean().openapi({ description: 'Whether it was answered with 2xx.' }),
    status: z.number().int().nullable().openapi({ description: 'null: there was no answer.' }),
    durationMs: z.number().int(),
    error: z
      .object({ code: z.enum(OUTGOING_CODES), text: z.string() })
      .nullable()
      .openapi({ description: 'Why there was no answer.' }),
  })
  .openapi('WebhookTest');
