import { z } from 'zod';
import { CURSOR } from '../../adapters/instagram/reading';
import { FAILURE_TYPES } from '../../core/failure-types';
import { isRecord } from '../../core/is-record';
import { MAX_TEXT_BYTES } from '../../services/message-sends';
import { failure } from '../failures';

/** Inputs of activities that anybody's workflow calls, see `core/messaging/activities-contract.ts`. */

const DEFAULT_LIMIT = 25;
const integrationId = z.string().min(1).max(100);
const id = z
  .string()
  .max(1_000)
  .regex(/^[\w=:.-]+$/, 'must be an ID');
const payloadId = z.string().regex(/^txt_[0-9a-z]{24}$/, 'must be a payloadId of an earlier result');

const page = {
  integrationId,
  cursor: z.string().regex(CURSOR, 'must be a nextCursor of an earlier result').default(null!),
  limit: z.number().int().min(1).max(100).default(DEFAULT_LIMIT),
};
const parameter = z.union([z.string(), z.number(), z.boolean(), z.looseObject({}), z.array(z.unknown())]);

export const INPUTS = {
  account: z.strictObject({ integrationId }),
  conversations: z.strictObject(page),
  messages: z.strictObject({ ...page, conversationId: id }),
  send: z
    .strictObject({
      integrationId,
      recipientId: z.string().max(40).regex(/^\d+$/, 'must be a numeric ID'),
      text: z
        .string()
        .min(1)
        .refine(
          (text) => Buffer.byteLength(text) <= MAX_TEXT_BYTES,
          `must be at most ${MAX_TEXT_BYTES} bytes of UTF-8`,
        )
        .optional(),
      payloadId: payloadId.optional(),
      tag: z.enum(['HUMAN_AGENT']).optional(),
      idempotencyKey: z.string().min(1).max(255),
    })
    .refine(({ text, payloadId: reference }) => (text === undefined) !== (reference === undefined), {
      path: ['text'],
      message: 'give either text or payloadId',
    }),
  payload: z.strictObject({ integrationId, payloadId }),
  call: z.strictObject({
    integrationId,
    method: z.enum(['GET', 'POST']).default('GET'),
    path: z.string().min(1).max(2_000),
    params: z
      .preprocess(withoutNulls, z.record(z.string().min(1).max(100), parameter))
      .transform((given) => Object.fromEntries(Object.entries(given).map(([name, v]) => [name, asText(v)])))
      .refine((params) => JSON.stringify(params).length <= 16_000, 'must be at most 16,000 characters')
      .default({}),
  }),
};

/**
 * The input, with defaults. Programs in other languages send null for what they leave out.
 * @throws `InvalidRequest`, not retried, which names each field
 */
export function checkInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const checked = schema.safeParse(withoutNulls(input), { reportInput: false });
  if (checked.success) return checked.data;
  const errors = checked.error.issues.map(({ path, message, ...issue }) => ({
    field: [...path, ...('keys' in issue ? issue.keys.slice(0, 1) : [])].map(String).join('.') || 'input',
    message: 'keys' in issue ? 'is not a field of this input' : message,
  }));
  const text = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw failure(FAILURE_TYPES.invalidRequest, text, { nonRetryable: true, details: [{ errors }] });
}

function withoutNulls(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== null && field !== undefined),
  );
}

function asText(value: z.output<typeof parameter>): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
