import { resolve } from 'node:path';
import { isTimeZone } from '../../core/text/time-zone';
import { UsageError } from '../failures';
import { load } from '../load';
import { type Io } from '../output/io';
import { type Verb } from '../verb';

const DEFAULT_STATUS = 'active';

interface Options {
  fromDatabase?: string | true;
  query?: string;
  table?: string;
  status: string[];
  map: string[];
  ownerRef?: string;
  zone?: string;
  dryRun?: true;
  report?: string;
  json?: true;
}

export const importVerb: Verb = (program, io) => {
  program
    .command('import')
    .description(
      'Import tokens of another system from CSV, JSON Lines or a PostgreSQL database. Each is checked with Instagram. Can be stopped and run again. Uses the database.',
    )
    .argument('[file]', 'CSV with a header, or JSON Lines; - reads standard input')
    .option(
      '--from-database [url]',
      'read from this PostgreSQL database instead; without a URL, from EVERGRANT_IMPORT_DATABASE_URL',
    )
    .option('--query <sql>', 'the rows to import')
    .option('--table <name>', 'a table with access_token, token_expires_at and status, instead of a query')
    .option('--status <status>', 'with --table: rows with this status; repeat for more', collect, [])
    .option(
      '--map <column=field>',
      'a column with another name; repeat for more. Fields: access_token, expires_at, issued_at, owner_ref, external_id, email, paused',
      collect,
      [],
    )
    .option('--owner-ref <ref>', 'owner of all rows, whatever their column says')
    .option('--zone <zone>', 'time zone of dates without an offset, such as UTC or Europe/Berlin')
    .option('--dry-run', 'check each row with Instagram, say what would happen to it, and change nothing')
    .option('--report <file>', 'write refused rows to this file, with reasons; CSV or JSON by its name')
    .option('--json', 'print the result of each row as JSON')
    .action(async (file: string | undefined, options: Options) => runImport(io, file, options));
};

function collect(one: string, others: string[]): string[] {
  return [...others, one];
}

async function runImport(io: Io, file: string | undefined, options: Options): Promise<void> {
  const { map, table, ownerRef = null, zone = null, report = null } = options;
  refuseWrongUse(file, options);
  const { runImport: run, readMapping, tableQuery } = load.import();
  const wanted = readMapping(map);
  if (table !== undefined && ![...wanted.values()].includes('expires_at'))
    wanted.set('token_expires_at', 'expires_at');
  const status = options.status.length > 0 ? options.status : [DEFAULT_STATUS];
  const query = table === undefined ? { sql: options.query ?? '', values: [] } : tableQuery(table, status);
  const url = typeof options.fromDatabase === 'string' ? options.fromDatabase : null;
  await run(io, file === undefined ? { databaseUrl: url, query } : { file }, {
    map: wanted,
    ownerRef,
    zone,
    dryRun: options.dryRun === true,
    report,
    json: options.json === true,
  });
}

function refuseWrongUse(file: string | undefined, options: Options): void {
  const { fromDatabase, query, table, status, zone, report, ownerRef } = options;
  if ((file === undefined) === (fromDatabase === undefined))
    throw new UsageError('Give a file, or --from-database with --query or --table.');
  if (fromDatabase !== undefined && (query === undefined) === (table === undefined))
    throw new UsageError('--from-database needs --query or --table.');
  if (file !== undefined && (query !== undefined || table !== undefined))
    throw new UsageError('--query and --table need --from-database.');
  if (status.length > 0 && table === undefined) throw new UsageError('--status needs --table.');
  if (zone !== undefined && !isTimeZone(zone))
    throw new UsageError(`--zone ${zone} is no time zone such as UTC or Europe/Berlin.`);
  if (ownerRef !== undefined && (ownerRef === '' || ownerRef.length > 200))
    throw new UsageError('--owner-ref must have 1 to 200 characters.');
  if (report !== undefined && file !== undefined && resolve(report) === resolve(file))
    throw new UsageError('--report would overwrite the file to import.');
}
