import { z } from '@hono/zod-openapi';
import { instant } from './schemas';

const count = (description: string, example = 0) => z.number().int().openapi({ description, example });

const growth = (what: string) =>
  z
    .number()
    .int()
    .nullable()
    .openapi({
      example: 120,
      description: `${what} that came and were not deleted, per day of the last seven; null: not known yet.`,
    });

export const Fleet = z
  .object({
    ownerRefs: z.array(z.string()).nullable().openapi({
      example: null,
      description:
        'The owners that the key is limited to, whose connections are counted; null: all. For such a key `callbacks` and the last audit, which concern everyone’s, are null in every field.',
    }),
    states: z
      .record(z.string(), z.number().int())
      .openapi({ example: { active: 120, expired: 2 }, description: 'Number of integrations by state.' }),
    expiringWithin: z
      .object({
        d3: count('Within 3 days.'),
        d7: count('Within 7 days.'),
        d14: count('Within 14 days.'),
      })
      .openapi({ description: 'Number of connected integrations whose token expires soon.' }),
    overdue: count('Integrations whose next action is late by more than an hour. Should be 0.'),
    deliveries: z
      .object({
        waiting: count('Pending deliveries.'),
        failed: count('Failed deliveries that are still kept, by default for 30 days.'),
        oldestWaitingAt: instant
          .nullable()
          .openapi({ description: 'When the oldest pending delivery was created; null: none.' }),
      })
      .openapi({ description: 'Events on their way to webhooks and people.' }),
    incidents: z
      .array(
        z.object({
          id: z
            .string()
            .openapi({ description: 'ID of the incident.', example: 'inc_0a1b2c3d4e5f6g7h8j9kmnpq' }),
          provider: z.string().openapi({ description: 'Where it happened.', example: 'instagram' }),
          kind: z.enum(['app_level', 'verdicts']).openapi({
            description:
              '`app_level`: Instagram refuses the app. `verdicts`: many tokens were rejected at once.',
          }),
          startedAt: instant.openapi({ description: 'When it began.' }),
        }),
      )
      .openapi({ description: 'Open incidents. No connection expires during an incident.' }),
    provider: z
      .object({
        status: z.enum(['ok', 'degraded', 'down']).openapi({
          description:
            '`ok`: Instagram answers, and no connection is failing. `degraded`: connections are failing, or 5 % of recent calls. `down`: an incident is open, or half of recent calls fail.',
        }),
        since: instant.nullable().openapi({ description: 'Since when it is not `ok`; null: it is.' }),
        failing: count('Connections whose last refresh or check got no answer from Instagram.'),
        failedShare: z.number().nullable().openapi({
          description:
            'Share of the most recent calls to Instagram, by all connections, that got no answer: 0 to 1. Those of the last 15 minutes, or else the newest of the last day; null: there were none.',
          example: 0.34,
        }),
      })
      .openapi({ description: 'How well Instagram answers.' }),
    callbacks: z
      .object({
        lastDeliveryAt: instant.nullable().openapi({
          description: 'When Instagram last delivered something that was accepted; null: never.',
        }),
        refusedSince: instant
          .nullable()
          .openapi({ description: 'Since when deliveries are refused, all or some of them; null: none.' }),
        refusedWhy: z.string().nullable().openapi({
          example: null,
          description: 'Why, as a sentence for operators; null: none are refused.',
        }),
      })
      .openapi({ description: "Instagram's webhook deliveries to this deployment." }),
    audit: z
      .object({
        enabled: z
          .boolean()
          .nullable()
          .openapi({ description: 'Whether the Schedule is on; null: Temporal is not responding.' }),
        every: z.string().openapi({ description: 'Interval of the audit.', example: '1h' }),
        lastRunAt: instant.nullable().openapi({ description: 'When the last finished audit started.' }),
        lastResult: z
          .record(z.string(), z.number())
          .nullable()
          .openapi({
            example: { checked: 122, started: 0 },
            description: 'What it found and repaired, as counts.',
          }),
        nextRunAt: instant.nullable().openapi({ description: 'When the next audit starts.' }),
      })
      .openapi({ description: 'The fleet audit, which repairs lost workflows.' }),
    tables: z
      .array(
        z.object({
          name: z.string().openapi({ description: 'Name of the table.', example: 'events' }),
          rows: count('Number of rows, as PostgreSQL estimates it.', 5200),
          bytes: count('Size with indexes, in bytes.', 3_145_728),
          rowsPerDay: growth('Rows'),
          bytesPerDay: growth('Bytes'),
          retention: z
            .array(
              z.object({
                days: count(
                  'Days that these rows are kept, from when they come or from their end; 0: until then.',
                ),
                of: z
                  .enum(['message_events', 'token_reads'])
                  .nullable()
                  .openapi({ description: 'Which rows of the table; null: all others.' }),
              }),
            )
            .nullable()
            .openapi({
              description:
                'How long rows are kept, as the worker that ran the last audit is set to. Empty: no row is removed for its age. null: not known until an audit has finished.',
            }),
        }),
      )
      .nullable()
      .openapi({
        description: 'Tables of the database, the largest first; null for keys limited to owners.',
      }),
  })
  .openapi('Fleet');
