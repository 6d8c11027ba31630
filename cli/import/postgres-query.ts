import { type Client, type CustomTypesConfig, type QueryResult } from 'pg';
import Cursor from 'pg-cursor';
import { createClient } from '../../adapters/postgres/connection';
import { Failure } from '../failures';
import { type RawRow, type RowSource, checkedColumns } from './rows';

const FETCH = 500;
const COUNT_TIMEOUT_MS = 10_000;

export interface Query {
  sql: string;
  values: unknown[];
}

/** The rows of a table like that of a refresh cron: those with such a status, the ones with the least time left first. */
export function tableQuery(table: string, statuses: readonly string[]): Query {
  const name = table
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
  const sql = `select * from ${name} where status::text = any ($1) order by token_expires_at nulls first`;
  return { sql, values: [[...statuses]] };
}

/**
 * Reads the rows of a query by a cursor, in a transaction that cannot write. Values come as PostgreSQL writes them, since
 * its driver would read instants without an offset in this machine's time zone.
 */
export async function openQuery(url: string, { sql, values }: Query): Promise<RowSource> {
  const text = sql.trim().replace(/;$/, '');
  const client = createClient(url, { types: AS_TEXT, application_name: 'evergrant import' });
  client.on('error', () => undefined);
  const close = () => client.end().catch(() => undefined);
  try {
    await client.connect();
    const total = await countOf(client, text, values);
    await client.query(`begin transaction read only; set local statement_timeout = 0;
      set local idle_in_transaction_session_timeout = 0; set local timezone = 'UTC'; set local datestyle = 'ISO'`);
    const cursor = client.query(new Cursor<(string | null)[]>(text, values, { rowMode: 'array' }));
    const first = await fetch(cursor);
    const columns = checkedColumns(first.columns);
    const read = { rows: 0 };
    return {
      name: `${new URL(url).host}${new URL(url).pathname}\n${text}\n${JSON.stringify(values)}`,
      columns,
      rows: rowsOf(cursor, first.rows, columns, read),
      share: () => (total === null || total === 0 ? null : Math.min(1, read.rows / total)),
      close,
    };
  } catch (error) {
    await close();
    throw readable(error);
  }
}

async function* rowsOf(
  cursor: Cursor<(string | null)[]>,
  first: (string | null)[][],
  columns: string[],
  read: { rows: number },
): AsyncGenerator<RawRow> {
  for (let portion = first; portion.length > 0;) {
    for (const cells of portion) {
      read.rows += 1;
      const values = Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? null]));
      yield { row: read.rows, line: null, values };
    }
    portion = (
      await fetch(cursor).catch((error: unknown) => {
        throw readable(error);
      })
    ).rows;
  }
}

function fetch(cursor: Cursor<(string | null)[]>): Promise<{ rows: (string | null)[][]; columns: string[] }> {
  return new Promise((resolve, reject) => {
    cursor.read(FETCH, (error, rows, result?: QueryResult) => {
      if (error) reject(error);
      else resolve({ rows, columns: result?.fields.map(({ name }) => name) ?? [] });
    });
  });
}

/** For the progress alone: null where counting takes long. */
async function countOf(client: Client, sql: string, values: unknown[]): Promise<number | null> {
  await client.query(`begin transaction read only; set local statement_timeout = ${COUNT_TIMEOUT_MS}`);
  const counted = await client
    .query<{ n: string }>(`select count(*) as n from (${sql}) as rows_to_import`, values)
    .then(({ rows }) => Number(rows[0]?.n))
    .catch(() => null);
  await client.query('rollback');
  return counted;
}

const AS_TEXT: CustomTypesConfig = { getTypeParser: () => (value: string) => value };

/** PostgreSQL's texts on values quote them, which may be tokens: only those on the query itself are shown. */
function readable(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (error instanceof Failure || typeof code !== 'string') return error;
  if (code.startsWith('42')) return new Failure(`The query failed: ${message}.`);
  if (code === '25006') return new Failure('The query changes data. It may only read.');
  if (code === '28P01' || code === '28000')
    return new Failure('Wrong user or password for the database to import from.');
  return new Failure(`The database to import from cannot be read (${code}).`);
}
