import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder';

const ROOT = join(__dirname, '..', '..');

function git(...args: string[]): string | null {
  const { status, stdout } = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** The commit that the newest migration was added to; null where the history is missing. */
export function previousRelease(): string | null {
  if (git('rev-parse', '--is-shallow-repository') !== 'false') return null;
  const added = git(
    'log',
    '-1',
    '--first-parent',
    '-m',
    '--diff-filter=A',
    '--format=%H',
    '--',
    'migrations',
  );
  return added ? git('rev-parse', '--verify', '--quiet', `${added}^1`) : null;
}

/** Its code in a folder of its own, with the packages of today. @returns the folder */
export function checkOut(commit: string): string {
  const folder = temporaryFolder();
  const script = 'git archive "$1" | tar --extract --directory "$2"';
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', commit, folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`git archive failed: ${stderr}`);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
