import { type Readable } from 'node:stream';
import { LosslessNumber, parse } from 'lossless-json';
import { isRecord } from '../../core/is-record';
import { Failure } from '../failures';
import { MAX_ROW_BYTES, type RawRow } from './rows';

/** Reads JSON Lines: one object on each line. IDs of any size stay as they are. @see https://jsonlines.org */
export async function* readJsonLines(input: Readable): AsyncGenerator<RawRow> {
  let row = 0;
  for await (const { text, line } of linesOf(input)) {
    if (text.trim() === '') continue;
    row += 1;
    yield { row, line, ...valuesOf(text) };
  }
}

function valuesOf(text: string): Pick<RawRow, 'values' | 'problem'> {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch {
    // The parser's text quotes the line, and with it the token.
    return { values: {}, problem: 'The line is no valid JSON.' };
  }
  if (!isRecord(parsed)) return { values: {}, problem: 'The line is no JSON object.' };
  const values: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (value === null || value === undefined) values[name] = null;
    else if (typeof value === 'string') values[name] = value;
    else if (value instanceof LosslessNumber || typeof value === 'boolean') values[name] = String(value);
  }
  return { values };
}

async function* linesOf(input: Readable): AsyncGenerator<{ text: string; line: number }> {
  input.setEncoding('utf8');
  let rest = '';
  let line = 1;
  for await (const chunk of input as AsyncIterable<string>) {
    rest += line === 1 && rest === '' ? chunk.replace(/^\uFEFF/, '') : chunk;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { text, line: line++ };
    if (rest.length > MAX_ROW_BYTES)
      throw new Failure(`Line ${line} is longer than ${MAX_ROW_BYTES / 1024} kB: the file is no JSON Lines.`);
  }
  if (rest !== '') yield { text: rest, line };
}
