// PostgreSQL refuses to run as root, and containers and fresh machines often have only root.
import { chownSync, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface User {
  uid: number;
  gid: number;
}

const PREFERRED_USERS = ['postgres', 'nobody'];
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];
const CAPABILITIES = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n }, // all that a plain Docker container grants
];

/**
 * The user to run a cluster in `folder` as; undefined when we are not root and can do it ourselves.
 * The folder keeps its owner, even if a better user has appeared since.
 */
export function clusterUser(folder: string): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(folder, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = PREFERRED_USERS.map((name) => users.find((fields) => fields[0] === name)).find(Boolean);
  if (!user)
    throw new Error(
      `PostgreSQL cannot run as root, and this system has no user ${PREFERRED_USERS.join(' or ')}`,
    );
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** Hands a folder with all that is in it to a user. */
export function giveTo(user: User | undefined, path: string): void {
  if (!user) return;
  chownSync(path, user.uid, user.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(user, join(path, name));
}

export interface Confined {
  command: string;
  args: string[];
  /** For `spawn`, where the command line cannot change the user itself. */
  ids: Partial<User>;
}

/**
 * The command line that runs a program as `user`, and on Linux also has it stopped when we die.
 * A clone in /root or a 0700 data folder is closed to that user, so it keeps root's right to pass through
 * folders, and nothing else of root's.
 */
export function confine(options: {
  command: string;
  args: string[];
  user?: User | undefined;
  stopSignal: 'SIGINT' | 'SIGTERM';
}): Confined {
  const { command, args, user } = options;
  const setpriv = process.platform === 'linux' ? SETPRIV.find((path) => existsSync(path)) : undefined;
  if (!setpriv) return { command, args, ids: user ?? {} };
  const flags = ['--pdeathsig', options.stopSignal.slice(3)];
  if (user) flags.push(...dropToUser(user));
  return { command: setpriv, args: [...flags, '--', command, ...args], ids: {} };
}

function dropToUser({ uid, gid }: User): string[] {
  const flags = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'];
  const held = heldCapabilities();
  const pass = CAPABILITIES.find(({ bit }) => (held >> bit) & 1n);
  if (pass) {
    flags.push(`--inh-caps=-all,+${pass.name}`, `--ambient-caps=-all,+${pass.name}`);
    // access(2), by which PostgreSQL looks at its own programs, ignores capabilities without this bit.
    flags.push('--securebits=+no_setuid_fixup');
  }
  return flags;
}

function heldCapabilities(): bigint {
  const line = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return BigInt(`0x${line?.[1] ?? '0'}`);
}
