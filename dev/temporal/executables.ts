import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

type Executable = 'temporal' | 'temporal-test-server';

const RECORD = join(__dirname, '..', '..', '.cache', 'executables.json');

/**
 * Path of a Temporal executable as the set-up found it.
 * `dev/setup.mjs` alone decides where they come from and records it; this only reads the record.
 */
export function executable(name: Executable): string {
  const path = readRecord()[name];
  if (path && existsSync(path)) return path;
  throw new Error(`${path ?? name} is not there: run \`npm run setup\`, which finds or downloads it`);
}

function readRecord(): Partial<Record<Executable, string>> {
  try {
    return JSON.parse(readFileSync(RECORD, 'utf8')) as Partial<Record<Executable, string>>;
  } catch {
    return {};
  }
}
