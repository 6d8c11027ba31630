import { UsageError } from '../failures';

/** One row of another system, before anything is known of its columns. */
export interface RawRow {
  /** From 1, without the header. */
  row: number;
  /** Where it begins in the file, from 1; null: it is of no file. */
  line: number | null;
  /** Texts by column; null or empty: no value. */
  values: Readonly<Record<string, string | null>>;
  /** Why it cannot be read, as a sentence. */
  problem?: string;
}

/** Where rows come from. They are read as they are needed, never all at once. */
export interface RowSource {
  /** What the rows are from, for a digest: the same for the same file or query. */
  name: string;
  /** Their columns; null: every row has its own. */
  columns: readonly string[] | null;
  rows: AsyncIterable<RawRow>;
  /** The part that has been read, from 0 to 1; null: unknown. */
  share(): number | null;
  close(): Promise<void> | void;
}

/** A longer row is a mistake, such as a quote that is never closed. */
export const MAX_ROW_BYTES = 64 * 1024;

/** @throws UsageError for a header that does not name each column once */
export function checkedColumns(columns: readonly string[]): string[] {
  const names = columns.map((name) => name.trim());
  const unnamed = names.findIndex((name) => name === '');
  if (unnamed >= 0) throw new UsageError(`Column ${unnamed + 1} has no name in the header.`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError(`The header names the column "${twice}" twice.`);
  return names;
}
