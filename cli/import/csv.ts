import { type Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { Failure } from '../failures';
import { MAX_ROW_BYTES, type RawRow, checkedColumns } from './rows';

const DELIMITERS = [',', ';', '\t'];

interface Parsed {
  record: string[];
  info: { lines: number };
}

/** Reads CSV with a header. @param start what was read already: enough to see the header's delimiter */
export async function openCsv(
  input: Readable,
  start: string,
): Promise<{ columns: string[]; rows: AsyncIterable<RawRow> }> {
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(start),
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: MAX_ROW_BYTES,
  });
  parser.on('error', () => undefined);
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<Parsed>;
  const header = await records.next().catch((error: unknown) => {
    throw readable(error);
  });
  if (header.done) throw new Failure('The file is empty: it has no header.');
  const columns = checkedColumns(header.value.record);
  return { columns, rows: rowsOf(records, columns, header.value.info.lines) };
}

async function* rowsOf(
  records: AsyncIterator<Parsed>,
  columns: string[],
  headerEnds: number,
): AsyncGenerator<RawRow> {
  let line = headerEnds + 1;
  for (let row = 1; ; row++) {
    const next = await records.next().catch((error: unknown) => {
      throw readable(error);
    });
    if (next.done) return;
    const { record, info } = next.value;
    const values = Object.fromEntries(columns.map((name, at) => [name, record[at] ?? null]));
    const isOdd = record.length !== columns.length;
    yield {
      row,
      line,
      values,
      ...(isOdd && { problem: `The row has ${record.length} cells, the header has ${columns.length}.` }),
    };
    line = info.lines + 1;
  }
}

/** The one that the header has most of, outside of quotes. */
export function delimiterOf(start: string): string {
  const [header = ''] = start.replace(/"[^"]*"/g, '').split(/\r?\n/, 1);
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** The library's texts quote the row, and with it the token. */
function readable(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = typeof error.lines === 'number' ? ` near line ${error.lines}` : '';
  const why =
    error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
      ? 'a quote is never closed'
      : 'a quote stands inside of a cell that is not quoted';
  return new Failure(`The file is no valid CSV${line}: ${why}.`, [
    'The rows before were imported. Correct the file, and run the command again to continue.',
  ]);
}
