import { z } from '@hono/zod-openapi';
import { isTimeZone } from '../../core/text/time-zone';

/** Schemas that several routes share: validation, types and documentation in one. */

/** A UTC instant in ISO 8601 with milliseconds. */
export const instant = z.iso.datetime().openapi({ example: '2026-05-21T04:00:00.000Z' });

export const ProblemDocument = z
  .looseObject({
    type: z.string().openapi({ description: 'URL of the description of this error.' }),
    title: z.string().openapi({ description: 'Short name of the error.' }),
    status: z.number().openapi({ description: 'HTTP status.' }),
    detail: z.string().openapi({ description: 'What happened and what to do, for people. May change.' }),
    code: z.string().openapi({ description: 'Stable error code, listed in `docs/errors.md`.' }),
  })
  .openapi('Problem');

// eslint-disable-next-line no-control-regex -- PostgreSQL cannot store null characters
const NO_NULL = /^[^\u0000]*$/;

/** Text without null characters, which PostgreSQL cannot store. */
export const text = (maximum: number) =>
  z.string().min(1).max(maximum).regex(NO_NULL, 'must not contain a null character');
export const ref = (description: string) => text(200).openapi({ description });

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
    description:
      'Where the owner is redirected afterwards, with `integrationId` and `result` added to the query. Its origin must be listed in `EVERGRANT_APP_ORIGINS`.',
  });

export const timeZone = z
  .string()
  .max(100, { abort: true })
  .refine(isTimeZone, 'must be an IANA time zone')
  .openapi({ description: 'IANA time zone of the reader.', example: 'Europe/Berlin' });

export const emailAddress = z.email({ pattern: z.regexes.html5Email }).max(254);

/** One page of a list. */
export function pageOf<T extends z.ZodType>(row: T) {
  return z.object({
    data: z.array(row),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Cursor of the next page; null: this is the last page.' }),
  });
}

export const createdLink = z.object({
  url: z.string().openapi({ description: 'URL for the owner.' }),
  expiresAt: instant.openapi({ description: 'When the link expires.' }),
});
