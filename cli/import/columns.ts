import { Secret } from '../../core/access/secret';
import { emailAddress } from '../../http/api/schemas';
import { UsageError } from '../failures';
import { readDate } from './dates';
import { type RawRow } from './rows';

export const FIELDS = [
  'access_token',
  'expires_at',
  'issued_at',
  'owner_ref',
  'external_id',
  'email',
  'paused',
] as const;
type Field = (typeof FIELDS)[number];

const MAX_TOKEN = 2_000;
const MAX_REF = 200;

/** A row whose columns are understood. Instants are epoch ms. */
export interface GivenRow {
  accessToken: Secret;
  expiresAt?: number;
  issuedAt?: number;
  ownerRef: string;
  externalId?: string;
  email?: string;
  /** Scheduled refreshes are. */
  paused?: boolean;
}

export interface ColumnOptions {
  /** Fields by the name of their column. */
  map: ReadonlyMap<string, string>;
  /** Of all rows, whatever their columns say. */
  ownerRef: string | null;
  /** IANA time zone of dates without an offset. */
  zone: string | null;
}

/** Reads `column=field`. @throws UsageError */
export function readMapping(pairs: readonly string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=');
    const column = pair.slice(0, Math.max(0, at)).trim();
    const field = pair.slice(at + 1).trim();
    if (column === '') throw new UsageError(`--map ${pair} is not column=field.`);
    if (!isField(field))
      throw new UsageError(`--map ${pair}: there is no field "${field}". Fields are ${FIELDS.join(', ')}.`);
    if (map.has(column)) throw new UsageError(`--map names the column "${column}" twice.`);
    if ([...map.values()].includes(field)) throw new UsageError(`--map gives two columns for ${field}.`);
    map.set(column, field);
  }
  return map;
}

/** Which column each field is in. What is mapped by hand wins over a column that has the field's name. */
export function columnsOfFields(
  columns: readonly string[],
  map: ReadonlyMap<string, string>,
): Partial<Record<Field, string>> {
  const found: Partial<Record<Field, string>> = {};
  for (const column of columns) {
    const name = column.toLowerCase();
    if (isField(name) && !map.has(column)) found[name] ??= column;
  }
  for (const [column, field] of map) if (columns.includes(column)) found[field as Field] = column;
  return found;
}

/** Checks a header before any row is read. @throws UsageError @returns the columns that are not used */
export function checkHeader(columns: readonly string[], options: ColumnOptions): string[] {
  const has = `The columns are ${columns.join(', ')}.`;
  for (const column of options.map.keys())
    if (!columns.includes(column)) throw new UsageError(`--map: there is no column "${column}". ${has}`);
  const of = columnsOfFields(columns, options.map);
  if (of.access_token === undefined)
    throw new UsageError(
      `There is no column access_token. ${has} Say which one has the tokens, with --map <column>=access_token.`,
    );
  if (of.owner_ref === undefined && options.ownerRef === null)
    throw new UsageError(
      `There is no column owner_ref. ${has} Give one with --map <column>=owner_ref, or one owner for all rows with --owner-ref.`,
    );
  const used = Object.values(of);
  return columns.filter((column) => !used.includes(column));
}

/** Takes the fields out of a row. @returns what is wrong with it, one sentence each, when it cannot be used */
export function readRow(raw: RawRow, options: ColumnOptions): GivenRow | string[] {
  if (raw.problem !== undefined) return [raw.problem];
  const of = columnsOfFields(Object.keys(raw.values), options.map);
  const problems: string[] = [];
  const cell = (field: Field): { column: string; text: string } | null => {
    const column = of[field];
    const text = column === undefined ? '' : (raw.values[column] ?? '').trim();
    return column === undefined || text === '' ? null : { column, text };
  };
  const date = (field: 'expires_at' | 'issued_at'): number | undefined => {
    const found = cell(field);
    if (!found) return undefined;
    const read = readDate(found.text, options.zone);
    if ('at' in read) return read.at;
    problems.push(`${found.column} ${read.problem}.`);
    return undefined;
  };
  const ref = (field: 'owner_ref' | 'external_id'): string | undefined => {
    const found = cell(field);
    const problem = found && refProblem(found.text);
    if (found && problem) problems.push(`${found.column} ${problem}.`);
    return found?.text;
  };
  const accessToken = cell('access_token');
  if (!accessToken) problems.push(`${of.access_token ?? 'access_token'} is empty.`);
  else if (accessToken.text.length > MAX_TOKEN || !/^[\x21-\x7e]+$/.test(accessToken.text))
    problems.push(`${accessToken.column} is no token: it has spaces or other characters that no token has.`);
  const ownerRef = options.ownerRef ?? ref('owner_ref');
  if (ownerRef === undefined) problems.push(`${of.owner_ref ?? 'owner_ref'} is empty.`);
  const [expiresAt, issuedAt, externalId] = [date('expires_at'), date('issued_at'), ref('external_id')];
  const email = cell('email');
  if (email && !emailAddress.safeParse(email.text).success)
    problems.push(`${email.column} is no email address.`);
  const paused = cell('paused');
  const isPaused = paused ? BOOLEANS[paused.text.toLowerCase()] : false;
  if (isPaused === undefined) problems.push(`${paused?.column ?? ''} is neither true nor false.`);
  if (problems.length > 0) return problems;
  return {
    accessToken: new Secret(accessToken!.text),
    ownerRef: ownerRef!,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(issuedAt !== undefined && { issuedAt }),
    ...(externalId !== undefined && { externalId }),
    ...(email && { email: email.text }),
    ...(isPaused && { paused: true }),
  };
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ true: true, t: true, yes: true, '1': true },
  ...{ false: false, f: false, no: false, '0': false },
};

/** What spreadsheets make of a long number: `1.78E+16`. Its last digits are lost. */
const ROUNDED = /^\d+(?:[.,]\d+)?E\+\d+$|^\d+[.,]\d+E\d+$/i;

function refProblem(text: string): string | null {
  if (ROUNDED.test(text))
    return `is ${text}, a number that a spreadsheet has rounded: its last digits are lost. Export the column as text`;
  if (text.length > MAX_REF) return `is longer than ${MAX_REF} characters`;
  return text.includes('\0') ? 'has a null character' : null;
}

function isField(name: string): name is Field {
  return (FIELDS as readonly string[]).includes(name);
}
