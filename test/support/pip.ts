import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(__dirname, '..', '..', '.cache');

/**
 * Installs what a `requirements.txt` names, once per machine and version of that file.
 * @returns the folder, for `PYTHONPATH`
 */
export async function pipInstall(name: string, requirements: string, ...more: string[]): Promise<string> {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(CACHE, `${name}-${hash}`);
  const done = join(folder, 'complete');
  if (existsSync(done)) return folder;
  const options = ['--quiet', '--disable-pip-version-check', ...more, '--target', folder];
  await run('python3', ['-m', 'pip', 'install', ...options, '-r', requirements]);
  writeFileSync(done, '');
  return folder;
}
