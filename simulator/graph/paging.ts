import { refuse } from './errors';
import { type Parameters } from './parameters';

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;

/** The position of an entry in a list: newest first, by instant, then by sequence. */
export interface Position {
  at: number;
  seq: number;
}

export const newestFirst = (a: Position, b: Position): number => b.at - a.at || b.seq - a.seq;

export interface Page<T> {
  entries: T[];
  /** Absent on an empty page. */
  cursors?: { before: string; after: string };
  hasNext: boolean;
  hasPrevious: boolean;
}

/** The part of a list, newest first, that `limit`, `after` and `before` ask for. */
export function paginate<T extends Position>(list: readonly T[], asked: Parameters): Page<T> {
  const limit = readLimit(asked['limit']);
  const after = readCursor(asked['after']);
  const before = readCursor(asked['before']);
  const rest = list.filter(
    (entry) => (!after || newestFirst(after, entry) < 0) && (!before || newestFirst(entry, before) < 0),
  );
  const backwards = before !== undefined && after === undefined;
  const entries = backwards ? rest.slice(-limit) : rest.slice(0, limit);
  const first = entries[0];
  const last = entries.at(-1);
  if (!first || !last) return { entries, hasNext: false, hasPrevious: false };
  return {
    entries,
    cursors: { before: printCursor(first), after: printCursor(last) },
    hasNext: list.at(-1) !== last,
    hasPrevious: list[0] !== first,
  };
}

export function readLimit(value: unknown): number {
  if (value === undefined) return DEFAULT_LIMIT;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1) throw refuse('invalid_parameter');
  return Math.min(limit, MAX_LIMIT);
}

// "AQH" is what makes a cursor begin with QVFI.
const printCursor = ({ at, seq }: Position) => Buffer.from(`AQH:${at}:${seq}`).toString('base64url');

function readCursor(value: unknown): Position | undefined {
  if (value === undefined || value === '') return undefined;
  const found = /^AQH:(\d+):(\d+)$/.exec(Buffer.from(String(value), 'base64url').toString());
  if (!found) throw refuse('invalid_parameter');
  return { at: Number(found[1]), seq: Number(found[2]) };
}
