import { isRecord } from '../../core/is-record';
import { z } from 'zod';

/** An answer whose shape is not the expected one. Names the field, never its value. */
export class UnexpectedShape extends Error {
  override name = 'UnexpectedShape';
  constructor(readonly field: string) {
    super(`unexpected shape: ${field}`);
  }
}

/**
 * Turns the body of a successful answer into a value. `skipped` is called with the name of a field that could not be
 * read and that the value does without.
 * @throws UnexpectedShape
 */
export type Reader<T> = (body: unknown, skipped: (field: string) => void) => T;

/** Ids are numbers or text, by operation and by server. */
export const idText = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(/^\S{1,1000}$/));

/** A field that may be missing, null or of another type: all of that means that there is none. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().catch(null);
}

/**
 * Reads an answer about one thing. Meta's documentation and its servers do not agree whether it comes bare (`{…}`) or
 * in a list (`{"data":[{…}]}`), so both are read for every operation.
 */
export function objectReader<T extends z.ZodType>(schema: T): Reader<z.output<T>> {
  return (body) => {
    let field = 'body';
    for (const candidate of [inner(body), body]) {
      if (candidate === undefined) continue;
      const parsed = schema.safeParse(candidate);
      if (parsed.success) return parsed.data;
      field = nameOf(parsed.error);
    }
    throw new UnexpectedShape(field);
  };
}

function inner(body: unknown): unknown {
  const data = isRecord(body) ? body.data : undefined;
  const one = Array.isArray(data) ? (data as unknown[])[0] : data;
  return isRecord(one) ? one : undefined;
}

/** Rows that are read one by one: one that cannot be read takes no other with it. */
export interface Rows<T> {
  /** null: not readable. */
  rows: (T | null)[];
  nextCursor: string | null;
}

const edge = z.object({ data: z.array(z.unknown()), paging: z.unknown().optional() });

/** Reads a list of Graph, `{data: […], paging}`. @param field its name in the answer */
export function readRows<T extends z.ZodType>(
  list: unknown,
  row: T,
  field: string,
  skipped: (field: string) => void,
): Rows<z.output<T>> {
  const parsed = edge.safeParse(list);
  if (!parsed.success) throw new UnexpectedShape(field);
  const { data, paging } = parsed.data;
  const rows = data.map((value) => {
    const read = row.safeParse(value);
    if (!read.success) skipped(`${field}[].${nameOf(read.error)}`);
    return read.success ? read.data : null;
  });
  return { rows, nextCursor: nextCursorOf(paging, () => skipped('paging.next')) };
}

/** Characters that a cursor consists of; anything else would not survive in `fields=messages.after(…)`. */
export const CURSOR = /^[A-Za-z0-9_=-]{1,500}$/;

/** Only the absence of `next` means the last page. `next` itself carries the token, so its cursor alone is kept. */
export function nextCursorOf(paging: unknown, unreadable: () => void): string | null {
  if (!isRecord(paging) || paging.next === undefined || paging.next === null) return null;
  const cursors = isRecord(paging.cursors) ? paging.cursors : {};
  for (const cursor of [cursors.after, afterIn(paging.next)])
    if (typeof cursor === 'string' && CURSOR.test(cursor)) return cursor;
  unreadable();
  return null;
}

function afterIn(next: unknown): string | null {
  return typeof next === 'string' && URL.canParse(next) ? new URL(next).searchParams.get('after') : null;
}

/** `participants[].id`, from our own schemas: nothing of the answer is in it. */
function nameOf({ issues }: z.ZodError): string {
  const path = issues[0]?.path ?? [];
  return path.map((key) => (typeof key === 'number' ? '[]' : String(key))).join('.') || 'body';
}
