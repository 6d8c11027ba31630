import { z } from '@hono/zod-openapi';
import { EVENT_TYPES } from '../../core/deliveries/events';
import { ACTION_LABELS, BANNER_ACTIONS, STILL_RETRYING } from '../../core/text/banner';
import { REASONS, STATES } from '../../core/lifecycle/states';
import { isTimeZone } from '../../core/text/time-zone';

/** The shapes of the API: each is validation, type and documentation in one. Instants are ISO 8601 UTC. */

export const instant = z.iso.datetime().openapi({ example: '2026-05-21T04:00:00.000Z' });

export const Integration = z
  .object({
    id: z.string().openapi({ example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    provider: z.literal('instagram'),
    ownerRef: z.string(),
    externalId: z.string().nullable(),
    contact: z.object({ email: z.string() }).nullable(),
    account: z.object({ id: z.string(), username: z.string().nullable() }).nullable(),
    state: z.enum(STATES),
    usable: z.boolean().openapi({ description: 'Whether the token may be used now.' }),
    reconnectRequired: z.boolean(),
    reason: z.enum(REASONS).nullable().openapi({ description: 'Why it is expired.' }),
    scopes: z.array(z.string()),
    tokenVersion: z.number().int(),
    issuedAt: instant.nullable(),
    expiresAt: instant.nullable(),
    refreshAt: instant.nullable().openapi({ description: 'When the next refresh is planned.' }),
    nextAttemptAt: instant
      .nullable()
      .openapi({ description: 'When a failed refresh or recovery is tried again.' }),
    failedAttempts: z.number().int(),
    lastError: z
      .object({
        code: z.string(),
        subcode: z.number().nullable(),
        class: z.string(),
        at: instant,
        text: z.string(),
      })
      .nullable(),
    paused: z.boolean(),
    banner: z
      .object({
        level: z.enum(['warning', 'error']),
        cause: z.enum(['owner', 'provider', 'service']),
        text: z.string(),
        note: z.string().nullable().openapi({
          description:
            'A calming word below a warning while more than 3 days remain and refreshes are not paused.',
          example: STILL_RETRYING,
        }),
        actions: z
          .array(
            z.object({
              kind: z.enum(BANNER_ACTIONS).openapi({
                description:
                  '`check_again`: POST …/recheck. `reconnect`: send the owner to a link of POST …/connect-links. Skip kinds you do not know.',
              }),
              label: z
                .string()
                .openapi({ description: "The button's words.", example: ACTION_LABELS.reconnect }),
            }),
          )
          .openapi({ description: 'What the owner can do about it: one button each, in this order.' }),
      })
      .nullable(),
    reconnectUrl: z.string().nullable(),
    temporal: z.object({ workflowId: z.string(), runId: z.string().nullable() }).nullable(),
    createdAt: instant,
    updatedAt: instant,
  })
  .openapi('Integration');

export const Event = z
  .object({
    id: z.string(),
    type: z.enum(EVENT_TYPES),
    at: instant,
    integrationId: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi('Event');

export const ProblemDocument = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    code: z.string(),
  })
  .openapi('Problem');

// eslint-disable-next-line no-control-regex -- what PostgreSQL cannot keep in a text
const NO_NULL = /^[^\u0000]*$/;

/** Text as the database can keep it: all but the null character. */
export const text = (maximum: number) =>
  z.string().min(1).max(maximum).regex(NO_NULL, 'must not contain a null character');
export const ref = (description: string) => text(200).openapi({ description });
/** Longer than any id of ours, and short enough to look for. */
const MAX_ID = 200;
export const idParam = z.object({
  id: z.string().max(MAX_ID).openapi({ example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq' }),
});
export const returnTo = z.url({ protocol: /^https?$/ }).max(2_000);
export const timeZone = z
  .string()
  .max(100, { abort: true })
  .refine(isTimeZone, 'must be an IANA time zone')
  .openapi({ description: "The reader's, an IANA name.", example: 'Europe/Berlin' });
/** An instant that somebody else wrote, with their own offset or fractions. */
const givenInstant = z.iso.datetime({ offset: true }).max(40);
export const emailAddress = z.email({ pattern: z.regexes.html5Email }).max(254);
const contact = z.strictObject({ email: emailAddress });

export const NewIntegration = z
  .strictObject({
    provider: z.literal('instagram'),
    ownerRef: ref('Whom the integration belongs to, in your own terms.'),
    externalId: ref('Your own id for it.').optional(),
    contact: contact.optional(),
    returnTo: returnTo.optional(),
    grant: z
      .strictObject({
        accessToken: z
          .string()
          .max(2_000)
          .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces'),
        expiresAt: givenInstant.optional(),
        issuedAt: givenInstant.optional(),
      })
      .optional()
      .openapi({ description: 'A long-lived token to take over; needs the scope admin.' }),
  })
  .openapi('NewIntegration');

export const ChangedIntegration = z
  .strictObject({
    contact: contact.nullable().optional(),
    externalId: ref('Your own id for it.').nullable().optional(),
    ownerRef: ref('Whom it belongs to.').optional(),
  })
  .refine((changes) => Object.keys(changes).length > 0, 'must contain at least one change')
  .openapi('ChangedIntegration', { minProperties: 1 });

const subcode = z.number().int().min(0);
export const TokenRejection = z
  .strictObject({
    version: z
      .number()
      .int()
      .min(0)
      .openapi({ description: 'The token version that the refused call used.' }),
    code: z.number().int(),
    subcode: subcode.nullable().optional(),
    message: z
      .string()
      .max(2_000)
      .optional()
      .openapi({ description: 'Ignored: texts of providers are not kept.' }),
    wait: z.boolean().default(true),
  })
  .openapi('TokenRejection');

export const RECOVERY_OUTCOMES = [
  'stale_version',
  'verified_ok',
  'refreshed',
  'expired',
  'undecided',
] as const;
export const Recovery = z
  .object({
    outcome: z.enum(RECOVERY_OUTCOMES),
    retryAfterSeconds: z.number().int().optional(),
    integration: Integration,
  })
  .openapi('Recovery');

export const Refreshed = z.object({ refreshed: z.boolean(), integration: Integration }).openapi('Refreshed');

export const Token = z
  .object({
    accessToken: z.string(),
    version: z.number().int(),
    expiresAt: instant,
    cacheForSeconds: z
      .number()
      .int()
      .openapi({ description: 'How long it may be kept before asking again; at most 300.' }),
  })
  .openapi('Token');

const participant = z.object({ id: z.string(), username: z.string().nullable() });
export const Conversation = z
  .object({ id: z.string(), updatedAt: instant.nullable(), participants: z.array(participant) })
  .openapi('Conversation');

export const Message = z
  .object({
    id: z.string(),
    createdAt: instant.nullable(),
    from: participant.nullable(),
    to: z.array(participant),
    text: z.string().nullable(),
    attachments: z.array(z.unknown()).optional(),
    unavailable: z
      .boolean()
      .optional()
      .openapi({ description: 'Instagram gives no details of this message any more.' }),
  })
  .openapi('Message');

export const NewMessage = z
  .strictObject({
    recipientId: z.string().max(40).regex(/^\d+$/, 'must be a numeric id'),
    text: z
      .string()
      .min(1)
      // As long as a request may be: what is too long for Instagram is told as such.
      .max(65_536)
      .openapi({ description: 'At most 1,000 bytes of UTF-8.' }),
    tag: z.enum(['HUMAN_AGENT']).optional(),
  })
  .openapi('NewMessage');

export const Sent = z.object({ messageId: z.string(), recipientId: z.string() }).openapi('Sent');

export const Fleet = z
  .object({
    states: z.record(z.string(), z.number().int()),
    expiringWithin: z.object({ d3: z.number().int(), d7: z.number().int(), d14: z.number().int() }),
    overdue: z.number().int(),
    deliveries: z
      .object({
        waiting: z.number().int(),
        failed: z.number().int().openapi({ description: 'Given up in the last 30 days.' }),
        oldestWaitingAt: instant.nullable(),
      })
      .openapi({ description: 'Events on their way to webhooks and people.' }),
    incidents: z.array(
      z.object({
        id: z.string(),
        provider: z.string(),
        kind: z.enum(['app_level', 'verdicts']),
        startedAt: instant,
      }),
    ),
    audit: z.object({
      enabled: z.boolean().nullable().openapi({ description: 'null while Temporal cannot be asked.' }),
      every: z.string(),
      lastRunAt: instant.nullable(),
      lastResult: z.record(z.string(), z.number()).nullable(),
      nextRunAt: instant.nullable(),
    }),
  })
  .openapi('Fleet');

/** One page of a list. */
export function pageOf<T extends z.ZodType>(row: T) {
  return z.object({ data: z.array(row), nextCursor: z.string().nullable() });
}
