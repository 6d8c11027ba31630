import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder';

const run = promisify(execFile);
const HERE = join(__dirname, 'python-client');
const CACHE = join(__dirname, '..', '..', '.cache');

/**
 * Generates a Python client from an OpenAPI document and runs `python-client/use.py` with it.
 * @param document path of the document
 * @returns what it printed, as JSON. A warning of the generator is a failure: it leaves parts out.
 * @see https://github.com/openapi-generators/openapi-python-client
 */
export async function usePythonClient(document: string, url: string, key: string): Promise<unknown> {
  const env = { ...process.env, PYTHONPATH: await packages(), PYTHONDONTWRITEBYTECODE: '1' };
  const folder = temporaryFolder();
  const config = join(folder, 'config.json');
  // It would format what it made.
  writeFileSync(config, JSON.stringify({ post_hooks: [], package_name_override: 'evergrant_api' }));
  const from = ['--path', document, '--config', config, '--output-path', join(folder, 'evergrant_api')];
  const generator = ['-m', 'openapi_python_client', 'generate', '--meta', 'none', '--fail-on-warning'];
  await run('python3', [...generator, ...from], { env });
  const program = [join(HERE, 'use.py'), url, key];
  const { stdout } = await run('python3', program, {
    env: { ...env, PYTHONPATH: `${folder}:${env.PYTHONPATH}` },
  });
  return JSON.parse(stdout);
}

/** The generator and what its clients need, once per machine. */
async function packages(): Promise<string> {
  const wanted = join(HERE, 'requirements.txt');
  const hash = createHash('sha256').update(readFileSync(wanted)).digest('hex').slice(0, 12);
  const folder = join(CACHE, `python-client-${hash}`);
  const done = join(folder, 'complete');
  if (existsSync(done)) return folder;
  // Every version is pinned, and ruff, which only formats, left out.
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--target', folder];
  await run('python3', ['-m', 'pip', 'install', ...options, '-r', wanted]);
  writeFileSync(done, '');
  return folder;
}
