import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { published } from './servers';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..');

/** One of our packages as others get it: built, packed, and installed in an empty project. */
export interface Installed {
  project: string;
  packedBytes: number;
}

/** The build also says what publint and @arethetypeswrong find. */
export async function installPacked(name: string): Promise<Installed> {
  await run('npm', ['run', 'build', '--workspace', name], { cwd: ROOT });
  const project = join(published('folder'), `with-${name}`);
  mkdirSync(project);
  const packing = ['pack', '--workspace', name, '--pack-destination', project, '--json'];
  const [{ filename, size }] = JSON.parse((await run('npm', packing, { cwd: ROOT })).stdout);
  writeFileSync(join(project, 'package.json'), '{"private":true}');
  // Offline: it has nothing else to fetch.
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', filename], { cwd: project });
  return { project, packedBytes: size };
}
