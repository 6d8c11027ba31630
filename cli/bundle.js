// In a checkout, the verbs that speak HTTP run from one file, which is bundled from the sources when one of them has
// changed: to load 60 TypeScript files one by one takes longer than most verbs do.
'use strict';
const { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

/** Verbs that load what is not in the bundle, see `load.ts`. */
const FROM_SOURCES = [
  ...['api', 'audit', 'doctor', 'export', 'import', 'keys', 'migrate', 'simulator'],
  ...['temporal nexus-endpoint', 'worker'],
];
const isFromSources = (args) =>
  FROM_SOURCES.some((verb) => verb.split(' ').every((word, place) => args[place] === word));

/** @returns the file to run for these arguments; null: run the sources */
async function bundleFor(root, args) {
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (isFromSources(args) && !asksForHelp) return null;
  try {
    return currentBundle(root) ?? (await makeBundle(root));
  } catch {
    return null; // A folder that is read-only, or a source with an error: running the sources says which.
  }
}

const folderOf = (root) => join(root, '.cache', 'cli');
const listOf = (root) => join(folderOf(root), 'inputs.json');

function currentBundle(root) {
  if (!existsSync(listOf(root))) return null;
  const { output, inputs } = JSON.parse(readFileSync(listOf(root), 'utf8'));
  const isCurrent = Object.entries(inputs).every(([name, stamp]) => stampOf(root, name) === stamp);
  return isCurrent && existsSync(output) ? output : null;
}

async function makeBundle(root) {
  const began = Date.now();
  const { build } = createRequire(require.resolve('tsx/package.json'))('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['cli/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    metafile: true,
    write: false,
    plugins: [{ name: 'leave-out-what-loads-late', setup: leaveOutWhatLoadsLate }],
  });
  const names = ['package-lock.json', ...Object.keys(metafile.inputs)];
  const output = join(folderOf(root), 'main.cjs');
  mkdirSync(folderOf(root), { recursive: true });
  replaceFile(output, outputFiles[0].contents);
  // What changed while it was read may be in the bundle as it was before.
  const isSettled = names.every((name) => statSync(join(root, name)).mtimeMs < began);
  const inputs = Object.fromEntries(names.map((name) => [name, stampOf(root, name)]));
  if (isSettled) replaceFile(listOf(root), JSON.stringify({ output, inputs }));
  return output;
}

function leaveOutWhatLoadsLate({ onResolve }) {
  const isLoader = /[\\/]cli[\\/]load\.ts$/;
  onResolve({ filter: /^\./ }, ({ path, importer }) =>
    isLoader.test(importer) ? { path, external: true } : undefined,
  );
}

/** At once, for other processes that read it. */
function replaceFile(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

function stampOf(root, name) {
  const { mtimeMs, size } = statSync(join(root, name), { throwIfNoEntry: false }) ?? {};
  return `${mtimeMs} ${size}`;
}

module.exports = { FROM_SOURCES, bundleFor };
