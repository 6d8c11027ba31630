import { z } from '@hono/zod-openapi';
import { LIMITED } from '../middleware/limits';
import { isTimeZone } from '../../core/text/time-zone';

/** Schemas that several routes share: validation, types and documentation in one. */

/** A UTC instant in ISO 8601 with milliseconds. */
export const instant = z.iso.datetime().openapi({ example: '2026-05-21T04:00:00.000Z' });

export const ProblemDocument = z
  .looseObject({
    type: z.string().openapi({
      example: 'https://evergrant.example.com/docs#reconnect_required',
      description: 'URL of the description of this error.',
    }),
    title: z.string().openapi({ example: 'Reconnect required', description: 'Short name of the error.' }),
    status: z.number().openapi({ example: 409, description: 'HTTP status.' }),
    detail: z.string().openapi({
      example: 'Only the owner can restore this connection.',
      description: 'What happened and what to do, for people. May change.',
    }),
    code: z.string().openapi({
      example: 'reconnect_required',
      description: 'Stable error code, listed in `docs/errors.md`.',
    }),
    limitOf: z.enum(LIMITED).optional().openapi({
      description:
        'With `rate_limited`: whose limit was reached. `key`: the API key; `embed_token`; `owner`: all embed tokens of one owner; `session`: of the console; `address`: the client’s network; `link`: a connect link; `service`: all callers of one process; `instagram`: the account or app at Instagram.',
    }),
  })
  .openapi('Problem');

// eslint-disable-next-line no-control-regex -- PostgreSQL cannot store null characters
const NO_NULL = /^[^\u0000]*$/;

/** Text without null characters, which PostgreSQL cannot store. */
export const text = (maximum: number) =>
  z.string().min(1).max(maximum).regex(NO_NULL, 'must not contain a null character');
export const ref = (description: string, example: string) => text(200).openapi({ description, example });

/** Longer than any ID, and short enough for a lookup. */
const MAX_ID = 200;
export const idParam = z.object({
  id: z
    .string()
    .max(MAX_ID)
    .openapi({ description: 'ID of the integration.', example: 'int_0a1b2c3d4e5f6g7h8j9kmnpq' }),
});

export const returnTo = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .openapi({
    example: 'https://app.example.com/inbox',
    description:
      'Where the owner is redirected afterwards, with `integrationId` and `result` added to the query. Its origin must be listed in `EVERGRANT_APP_ORIGINS`.',
  });

export const timeZone = z
  .string()
  .max(100, { abort: true })
  .refine(isTimeZone, 'must be an IANA time zone')
  .openapi({ description: 'IANA time zone of the reader.', example: 'Europe/Berlin' });

export const emailAddress = z
  .email({ pattern: z.regexes.html5Email, error: 'must be an email address' })
  .max(254);

/** Where a page of a list begins, and how long it is. */
export const paging = {
  cursor: z
    .string()
    .max(500)
    .optional()
    .openapi({ example: 'eyJhdCI6MTc3OTMzNjAwMDAwMH0', description: '`nextCursor` of the previous page.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50).openapi({ description: 'Rows per page.' }),
};

/** One page of a list. */
export function pageOf<T extends z.ZodType>(row: T) {
  return z.object({
    data: z.array(row).openapi({ description: 'The rows of this page.' }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ example: null, description: 'Cursor of the next page; null: this is the last page.' }),
  });
}

/** The instants of a row in ISO 8601. */
export function withInstants<Row extends { createdAt: number; expiresAt: number }>({
  createdAt,
  expiresAt,
  ...row
}: Row) {
  return {
    ...row,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

/** The ID of something other than an integration. */
export const anyId = (description: string, example: string) =>
  z.object({ id: z.string().max(MAX_ID).openapi({ description, example }) });

/** Who made something. */
export const createdBy = z.string().openapi({
  example: 'bootstrap',
  description:
    'ID of the API key; `bootstrap`: the bootstrap key; `proxy`: a console user by single sign-on; `owner`: an owner who asked for another link.',
});
export const createdByFilter = z
  .string()
  .max(64)
  .optional()
  .openapi({ description: 'Only those of this API key (its ID, or `bootstrap`).', example: 'bootstrap' });

export const createdLink = z.object({
  url: z
    .string()
    .openapi({ example: 'https://evergrant.example.com/connect/…', description: 'URL for the owner.' }),
  expiresAt: instant.openapi({ description: 'When the link expires.' }),
});
