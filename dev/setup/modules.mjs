// node_modules: present, and what the lock file says?
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { SetupError, narrate, say } from './report.mjs';

export async function prepareModules(root) {
  const stale = whyModulesAreStale(root);
  if (!stale) return;
  say(`${stale}, so the dependencies are installed (npm ci)`);
  await narrate('npm ci', () => npmCi(root));
  writeFileSync(stampFile(root), lockHash(root));
}

/**
 * Compares contents, not file times: a clone, a copy or a restored cache sets times at random.
 * The stamp of a finished `npm ci` is checked first, so that settings which leave packages out
 * (`omit=dev`, another platform) cannot make it run again and again.
 */
function whyModulesAreStale(root) {
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return 'node_modules is missing';
  if (existsSync(stampFile(root)) && readFileSync(stampFile(root), 'utf8') === lockHash(root)) return null;
  const locked = readJson(join(root, 'package-lock.json'));
  if (!locked) throw new SetupError('package-lock.json is missing or unreadable: restore it from git');
  const difference = firstDifference(locked.packages, installed.packages ?? {});
  if (difference) return `node_modules is not what package-lock.json says (${difference})`;
  writeFileSync(stampFile(root), lockHash(root));
  return null;
}

function firstDifference(locked, installed) {
  for (const [path, entry] of Object.entries(locked)) {
    if (path === '') continue;
    const present = installed[path];
    // npm leaves out the optional packages of other platforms.
    if (!present && !entry.optional && !entry.devOptional) return `${nameOf(path)} is missing`;
    if (present && present.version !== entry.version) return `${nameOf(path)} should be ${entry.version}`;
  }
  const extra = Object.keys(installed).find((path) => !locked[path]);
  return extra ? `${nameOf(extra)} is no longer wanted` : null;
}

async function npmCi(root) {
  // Inside a lifecycle script npm names its own program: the same npm is used, whatever PATH says.
  const ownNpm = process.env.npm_execpath;
  const usable = ownNpm && /\.c?js$/.test(ownNpm) && existsSync(ownNpm);
  const [command, args] = usable ? [process.execPath, [ownNpm, 'ci']] : ['npm', ['ci']];
  const { problem, output } = await run(command, args, { cwd: root });
  if (problem) throw new SetupError(`npm ci failed: ${problem}\n${output.trim()}`);
}

const nameOf = (path) => path.replace(/^node_modules\//, '');
const stampFile = (root) => join(root, 'node_modules', '.evergrant-lock');
const lockHash = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
