import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Client } from 'pg';
import { type Everything } from '../support/everything';
import { type Secret } from './patterns';

/** One kind of place that a secret could end up in. */
export interface Place {
  name: string;
  files: string[];
  /** Something that must be found there by the same search: else nothing was looked at. */
  proof: string;
  /** What is there on purpose. */
  holds?: Secret['kind'][];
}

/** Holds secrets so that others need not: closed to all but its owner. */
const KEPT_IN_DATA_FOLDER = [
  'api-key',
  'database-url',
  'encryption-keys',
  'postgres-password',
  'webhook-verify-token',
  'simulator.json',
];

/** What is on disk once everything has stopped. */
export function placesOnDisk({ dataDir }: Everything, id: string): Place[] {
  const all = filesBelow(dataDir);
  const of = (part: string) => all.filter((file) => file.startsWith(join(dataDir, part)));
  const named = [...of('postgres/'), ...of('temporal.db'), ...of('logs')];
  const rest = all.filter(
    (file) => !named.includes(file) && !KEPT_IN_DATA_FOLDER.some((name) => file === join(dataDir, name)),
  );
  return [
    {
      name: "PostgreSQL's files, with its write-ahead log",
      files: of('postgres/'),
      proof: id,
      holds: ['e-mail', 'person'],
    },
    { name: "Temporal's database", files: of('temporal.db'), proof: id },
    { name: "PostgreSQL's log", files: of('logs/postgres'), proof: 'database system is ready' },
    { name: "Temporal's log", files: of('logs/temporal'), proof: 'Temporal Server' },
    ...(rest.length > 0 ? [{ name: 'other files of the data folder', files: rest, proof: '' }] : []),
  ];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && statSync(file).size > 0);
}

/** Every row of every table, as text. */
export async function dumpOf({ dataDir }: Everything, folder: string, id: string): Promise<Place> {
  const client = new Client(readFileSync(join(dataDir, 'database-url'), 'utf8').trim());
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    "select format('%I', tablename) as name from pg_tables where schemaname = 'public'",
  );
  const lines = [];
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`select row_to_json(t)::text as row from ${name} t`);
    lines.push(`-- ${name}`, ...rows.map(({ row }) => row));
  }
  await client.end();
  const file = join(folder, 'dump.sql');
  writeFileSync(file, lines.join('\n'));
  return { name: 'the dump of the database', files: [file], proof: id, holds: ['e-mail', 'person'] };
}

/** What Temporal's users see: every Event History, search attribute, memo and summary. */
export async function temporalPlaces(
  { env }: Everything,
  folder: string,
  id: string,
  username: string,
): Promise<Place[]> {
  const connection = await Connection.connect({ address: `127.0.0.1:${env.EVERGRANT_TEMPORAL_PORT}` });
  const { workflow } = new TemporalClient({ connection });
  const [histories, descriptions]: [string[], string[]] = [[], []];
  for await (const { workflowId, runId } of workflow.list()) {
    const handle = workflow.getHandle(workflowId, runId);
    const text = historyToJSON(await handle.fetchHistory());
    histories.push(text, decoded(text));
    const { raw, searchAttributes, memo, staticDetails, staticSummary } = Object(await handle.describe());
    const all = {
      raw,
      searchAttributes,
      memo,
      staticDetails: await staticDetails?.(),
      staticSummary: await staticSummary?.(),
    };
    const described = JSON.stringify(all, plain);
    descriptions.push(described, decoded(described));
  }
  await connection.close();
  const [historyFile, descriptionFile] = [join(folder, 'histories.json'), join(folder, 'descriptions.json')];
  writeFileSync(historyFile, histories.join('\n'));
  writeFileSync(descriptionFile, descriptions.join('\n'));
  return [
    { name: 'Event Histories', files: [historyFile], proof: id },
    { name: 'search attributes and memos', files: [descriptionFile], proof: username },
  ];
}

/** Payloads in the JSON of a history are base64. */
function decoded(text: string): string {
  return [...text.matchAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g)]
    .map(([, data = '']) => Buffer.from(data, 'base64').toString('utf8'))
    .join('\n');
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
}

/** Text that was gathered elsewhere, as a place. */
export function written(folder: string, place: Omit<Place, 'files'> & { text: string }): Place {
  const { text, ...rest } = place;
  const file = join(folder, `${rest.name.replaceAll(/\W+/g, '-')}.txt`);
  writeFileSync(file, text);
  return { ...rest, files: [file] };
}

/** The command lines of all processes of this machine. */
export function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return ''; // It has ended.
      }
    })
    .join('\n');
}
