import { z } from 'zod';
import { type Position } from '../../adapters/postgres/integrations/integrations';
import { invalidField } from '../problems';

/** The largest timestamp of a Date. */
const LATEST_MS = 8_640_000_000_000_000;
const position = z.tuple([z.number().int().min(0).max(LATEST_MS), z.string().regex(/^[\w-]{1,64}$/)]);

/** The end of a page, as an opaque cursor for the next request. */
export function cursorOf({ createdAt, id }: Position): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

/** A page of rows of which one more than the limit was asked for, which shows whether there is another page. */
export function pageOfRows<Row extends Position, View>(
  rows: Row[],
  limit: number,
  view: (row: Row) => View,
): { data: View[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(view), nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}

export function readCursor(text: string | undefined): Position | null {
  if (text === undefined) return null;
  try {
    const [createdAt, id] = position.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return { createdAt, id };
  } catch {
    throw invalidField('cursor', 'must be a nextCursor from a list');
  }
}
