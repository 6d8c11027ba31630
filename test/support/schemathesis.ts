import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '4.32.5';
const FOLDER = join(__dirname, '..', '..', '.cache', `schemathesis-${VERSION}`);
const run = promisify(execFile);

/**
 * Throws at an API what its own description allows and forbids, and compares the answers with that description.
 * @param config path of its settings
 * @returns what it printed, and whether it found nothing
 * @see https://schemathesis.readthedocs.io
 */
export async function schemathesis(
  url: string,
  config: string,
  args: readonly string[],
): Promise<{ passed: boolean; output: string }> {
  await install();
  const program = join(FOLDER, 'bin', 'st');
  const options = { env: { ...process.env, PYTHONPATH: FOLDER }, maxBuffer: 64 * 1024 * 1024, cwd: FOLDER };
  const all = [
    program,
    '--config-file',
    config,
    '--no-color',
    'run',
    `${url}/openapi.json`,
    '--url',
    url,
    ...args,
  ];
  return run('python3', all, options).then(
    ({ stdout }) => ({ passed: true, output: stdout }),
    ({ stdout, stderr }: { stdout?: string; stderr?: string }) => ({
      passed: false,
      output: `${stdout}\n${stderr}`,
    }),
  );
}

async function install(): Promise<void> {
  const done = join(FOLDER, 'bin', 'st');
  if (existsSync(done)) return;
  const wanted = ['--target', FOLDER, `schemathesis==${VERSION}`];
  await run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted]);
}
