import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pipInstall } from './pip';
import { temporaryFolder } from './temporary-folder';

const run = promisify(execFile);
const HERE = join(__dirname, 'python-client');

/**
 * Generates a Python client from an OpenAPI document and runs `python-client/use.py` with it.
 * @param document path of the document
 * @returns what it printed, as JSON. A warning of the generator is a failure: it leaves parts out.
 * @see https://github.com/openapi-generators/openapi-python-client
 */
export async function usePythonClient(document: string, url: string, key: string): Promise<unknown> {
  // Every version is pinned, and ruff, which only formats, left out.
  const packages = await pipInstall('python-client', join(HERE, 'requirements.txt'), '--no-deps');
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' };
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
