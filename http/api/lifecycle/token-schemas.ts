import { z } from '@hono/zod-openapi';
import { instant } from '../schemas';
import { Integration } from '../integrations/integration-schemas';

/** Schemas of tokens, their refresh and their recovery. */

export const TokenRejection = z
  .strictObject({
    version: z
      .number()
      .int()
      .min(0)
      .openapi({ example: 3, description: 'The token version that the refused call used.' }),
    code: z.number().int().openapi({ example: 190, description: "Instagram's `error.code`: 190 or 102." }),
    subcode: z
      .number()
      .int()
      .min(0)
      .nullable()
      .optional()
      .openapi({ example: 463, description: "Instagram's `error.error_subcode`." }),
    message: z.string().max(2_000).optional().openapi({
      example: 'Error validating access token',
      description: 'Ignored. Texts from Instagram are not stored.',
    }),
    wait: z
      .boolean()
      .default(true)
      .openapi({ description: '`false`: respond 202 without waiting for the outcome.' }),
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
    outcome: z.enum(RECOVERY_OUTCOMES).openapi({
      description:
        '`stale_version`, `refreshed`: a newer token exists; fetch it and repeat the call. `verified_ok`: the token is valid; repeat the call. `expired`: the owner has to reconnect. `undecided`: Instagram gave no clear answer.',
    }),
    retryAfterSeconds: z
      .number()
      .int()
      .optional()
      .openapi({ example: 5, description: 'With `undecided`: seconds until the next request.' }),
    integration: Integration,
  })
  .openapi('Recovery');

export const Refreshed = z
  .object({
    refreshed: z
      .boolean()
      .openapi({ description: 'Whether the token was refreshed; false: it was fresh enough.' }),
    integration: Integration,
  })
  .openapi('Refreshed');

export const Token = z
  .object({
    accessToken: z
      .string()
      .openapi({ example: 'IGAAexampletoken', description: 'The access token for calls to Instagram.' }),
    version: z.number().int().openapi({ example: 3, description: 'Token version, for `token-rejections`.' }),
    expiresAt: instant.openapi({ description: 'When the token expires.' }),
    cacheForSeconds: z
      .number()
      .int()
      .openapi({ example: 300, description: 'How long the token may be cached, in seconds; at most 300.' }),
  })
  .openapi('Token');
