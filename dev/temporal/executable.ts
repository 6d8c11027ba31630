import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where `dev/setup.mjs` records the executables that it found or downloaded, seen from the sources and from `dist`. */
const RECORDS = ['../..', '../../..'].map((root) => join(__dirname, root, '.cache', 'executables.json'));

/** The Temporal CLI that set-up found. @throws where there is none */
export function temporalExecutable(): string {
  const record = RECORDS.find((file) => existsSync(file));
  const { temporal } = JSON.parse(record ? readFileSync(record, 'utf8') : '{}') as { temporal?: string };
  if (temporal && existsSync(temporal)) return temporal;
  throw new Error(`Temporal is missing (${temporal ?? 'not installed'}). Run \`npm run setup\`.`);
}
