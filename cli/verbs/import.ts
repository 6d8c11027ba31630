import { resolve } from 'node:path';
import { isTimeZone } from '../../core/text/time-zone';
import { UsageError } from '../failures';
import { load } from '../load';
import { type Io } from '../output/io';
import { type Verb } from '../verb';

interface Options {
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
      'Import tokens of another system from CSV or JSON Lines. Each is checked with Instagram. Can be stopped and run again. Uses the database.',
    )
    .argument('<file>', 'CSV with a header, or JSON Lines; - reads standard input')
    .option(
      '--map <column=field>',
      'a column with another name; repeat for more. Fields: access_token, expires_at, issued_at, owner_ref, external_id, email',
      (pair: string, pairs: string[]) => [...pairs, pair],
      [],
    )
    .option('--owner-ref <ref>', 'owner of all rows, whatever their column says')
    .option('--zone <zone>', 'time zone of dates without an offset, such as UTC or Europe/Berlin')
    .option('--dry-run', 'check each row with Instagram, say what would happen to it, and change nothing')
    .option('--report <file>', 'write refused rows to this file, with reasons; CSV or JSON by its name')
    .option('--json', 'print the result of each row as JSON')
    .action(async (file: string, options: Options) => runImport(io, file, options));
};

async function runImport(io: Io, file: string, options: Options): Promise<void> {
  const { map, ownerRef = null, zone = null, report = null } = options;
  if (zone !== null && !isTimeZone(zone))
    throw new UsageError(`--zone ${zone} is no time zone such as UTC or Europe/Berlin.`);
  if (report !== null && resolve(report) === resolve(file))
    throw new UsageError('--report would overwrite the file to import.');
  const { importFile, readMapping } = load.import();
  await importFile(io, file, {
    map: readMapping(map),
    ownerRef,
    zone,
    dryRun: options.dryRun === true,
    report,
    json: options.json === true,
  });
}
