import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { Failure } from '../failures';
import { openCsv } from './csv';
import { readJsonLines } from './json-lines';
import { type RowSource } from './rows';

/** Enough for the longest header. */
const START_BYTES = 16 * 1024;

/** Opens a file, or standard input for `-`, as CSV or JSON Lines by what it begins with. */
export async function openFile(name: string, stdin: () => Readable): Promise<RowSource> {
  const bytes = { read: 0, total: name === '-' ? null : sizeOf(name) };
  const raw = name === '-' ? stdin() : createReadStream(name);
  try {
    const rows = await readRows(name, countedChunks(raw, bytes));
    return {
      name: name === '-' ? '-' : resolve(name),
      ...rows,
      share: () => (bytes.total === null ? null : Math.min(1, bytes.read / Math.max(1, bytes.total))),
      close: () => void raw.destroy(),
    };
  } catch (error) {
    // A pipe that stays open would keep the process alive.
    raw.destroy();
    throw error;
  }
}

async function readRows(
  name: string,
  chunks: AsyncGenerator<Buffer, void>,
): Promise<Pick<RowSource, 'columns' | 'rows'>> {
  const start = await readStart(chunks, name);
  const input = Readable.from(joined(start, chunks), { objectMode: false });
  // Who reads gets it; when nobody does any more, it is of no interest.
  input.on('error', () => undefined);
  const text = start.toString('utf8').replace(/^\uFEFF/, '');
  if (/^\s*\[/.test(text))
    throw new Failure('The file is a JSON array. Evergrant reads JSON Lines: one object on each line.', [
      'Convert it, for example with `jq -c ".[]" file.json > file.jsonl`.',
    ]);
  if (/^\s*\{/.test(text)) return { columns: null, rows: readJsonLines(input) };
  return openCsv(input, text);
}

function sizeOf(name: string): number {
  try {
    const stats = statSync(name);
    if (stats.isDirectory()) throw new Failure(`${name} is a folder.`);
    return stats.size;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

async function* countedChunks(input: Readable, bytes: { read: number }): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of input as AsyncIterable<Buffer | string>) {
      const buffer = Buffer.from(chunk);
      bytes.read += buffer.length;
      yield buffer;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : new Failure(`The file cannot be read (${code}).`);
  }
}

async function readStart(chunks: AsyncGenerator<Buffer, void>, name: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < START_BYTES) {
    const { value, done } = await chunks.next();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  const start = Buffer.concat(parts);
  const what = name === '-' ? 'Standard input' : name;
  if (start.length === 0) throw new Failure(`${what} is empty.`);
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff))
    throw new Failure(`${what} is UTF-16.`, ['Save it as “CSV UTF-8”.']);
  return start;
}

async function* joined(start: Buffer, chunks: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer> {
  yield start;
  yield* chunks;
}
