import { z } from '@hono/zod-openapi';
import {
  BULK_ACTIONS,
  BULK_OUTCOMES,
  BULK_STATES,
  type BulkOutcome,
  DEFAULT_BULK_LIMIT,
  MAX_BULK_LIMIT,
  MAX_SPREAD_MS,
} from '../../../core/fleet/bulk-operations';
import { BULK_OUTCOME_LABELS } from '../../../core/text/bulk-operations';
import { REASONS, STATES } from '../../../core/lifecycle/states';
import { SECOND_MS } from '../../../core/time';
import { instant, paging, pageOf, text } from '../schemas';

const MAX_IDS = 1_000;

const conditions = {
  state: z.enum(STATES).optional().openapi({ description: 'Only connections in this state.' }),
  reason: z.enum(REASONS).optional().openapi({ description: 'Only those that expired for this reason.' }),
  ownerRef: text(200).optional().openapi({ example: 'shop-1', description: 'Only those of this owner.' }),
  expiringWithinDays: z.number().min(0).max(365).optional().openapi({
    example: 7,
    description: 'Only connected ones whose token expires within this many days.',
  }),
};

const filter = z
  .strictObject({
    all: z.literal(true).optional().openapi({ description: 'All connections, without another condition.' }),
    ids: z
      .array(z.string().max(64))
      .min(1)
      .max(MAX_IDS)
      .optional()
      .openapi({ example: ['int_0a1b2c3d4e5f6g7h8j9kmnpq'], description: 'Only these connections.' }),
    ...conditions,
  })
  .refine(
    ({ all, ...given }) => (all === true) === Object.values(given).every((value) => value === undefined),
    'must have at least one condition, or `all: true` and no other',
  )
  .openapi({ example: { state: 'expired' }, description: 'Which connections. Conditions are combined.' });

const action = z.enum(BULK_ACTIONS).openapi({
  description:
    '`recheck`: check with Instagram whether the token is valid. `refresh`: refresh the token now. `pause`, `resume`: scheduled refreshes. `disconnect`: disconnect and erase the token.',
});

export const NewBulkOperation = z
  .strictObject({
    action,
    filter,
    spreadSeconds: z
      .number()
      .int()
      .min(0)
      .max(MAX_SPREAD_MS / SECOND_MS)
      .default(0)
      .openapi({ example: 600, description: 'Spread the connections evenly over this time.' }),
    limit: z.number().int().min(1).max(MAX_BULK_LIMIT).default(DEFAULT_BULK_LIMIT).openapi({
      description:
        'Refuse to start if more connections match. Guards against a filter that is wider than intended.',
    }),
    dryRun: z
      .boolean()
      .default(false)
      .openapi({ description: 'Only count the connections that match. Changes nothing.' }),
  })
  .openapi('NewBulkOperation');

const count = z.number().int();

const outcomes = Object.fromEntries(
  BULK_OUTCOMES.map((outcome) => [
    outcome,
    count.optional().openapi({ example: 1, description: `${BULK_OUTCOME_LABELS[outcome]}.` }),
  ]),
) as Record<BulkOutcome, z.ZodOptional<typeof count>>;

export const BulkOperation = z
  .object({
    id: z.string().openapi({ description: 'ID of the operation.', example: 'blk_0a1b2c3d4e5f6g7h8j9kmnpq' }),
    action,
    filter: z
      .object({
        ids: z.array(z.string()).nullable().openapi({ example: null, description: 'Only these; null: any.' }),
        state: z.enum(STATES).nullable().openapi({ description: 'null: any.' }),
        reason: z.enum(REASONS).nullable().openapi({ description: 'null: any.' }),
        ownerRef: z.string().nullable().openapi({ example: 'shop-1', description: 'null: any.' }),
        expiringWithinDays: z.number().nullable().openapi({ example: null, description: 'null: any.' }),
      })
      .openapi({ description: 'Which connections it was started for.' }),
    spreadSeconds: count.openapi({ example: 600, description: 'Over how long the connections are spread.' }),
    state: z.enum(BULK_STATES).openapi({
      description:
        '`running` and `paused` operations go on. A `canceled` one ended before all connections were done.',
    }),
    total: count.openapi({ example: 240, description: 'Connections that matched when it was started.' }),
    done: count.openapi({ example: 118, description: 'Connections that have an outcome.' }),
    outcomes: z.object(outcomes).openapi({
      example: { verified_ok: 117, expired: 1 },
      description: 'How many connections came to which outcome; absent: none.',
    }),
    createdAt: instant.openapi({ description: 'When it was started.' }),
    endedAt: instant.nullable().openapi({ description: 'When it ended; null: it has not.' }),
  })
  .openapi('BulkOperation');

export const BulkDryRun = z
  .object({ total: count.openapi({ example: 240, description: 'Connections that match now.' }) })
  .openapi('BulkDryRun');

export const BulkOperationItem = z
  .object({
    integrationId: z
      .string()
      .openapi({ example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq', description: 'ID of the integration.' }),
    username: z
      .string()
      .nullable()
      .openapi({ example: 'bluebottle', description: 'Username of its account; null: unknown.' }),
    ownerRef: z.string().openapi({ example: 'shop-1', description: "Your customer's ID." }),
    outcome: z.enum(BULK_OUTCOMES).nullable().openapi({ description: 'null: not done yet.' }),
    error: z.string().nullable().openapi({ example: null, description: 'Why it `failed`.' }),
    at: instant.openapi({ description: 'When it was done, or is due.' }),
  })
  .openapi('BulkOperationItem');

export const BulkOperations = pageOf(BulkOperation);
export const BulkOperationItems = pageOf(BulkOperationItem);

export const listQuery = z.strictObject(paging);
export const itemsQuery = z.strictObject({
  outcome: z.enum(BULK_OUTCOMES).optional().openapi({ description: 'Only connections with this outcome.' }),
  ...paging,
});
