#!/usr/bin/env node
// `evergrant`: runs the built program, or the TypeScript sources where they are newer than what was built.
'use strict';
const { existsSync, readdirSync, statSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');

const root = join(__dirname, '..');
const built = join(root, 'dist', 'cli', 'main.js');
const folders = [
  'activities',
  'adapters',
  'cli',
  'client',
  'core',
  'dev',
  'http',
  'nexus',
  'services',
  'simulator',
  'worker',
  'workflows',
];

nodeModule.enableCompileCache?.();
if (existsSync(built) && !sourcesAreNewer()) {
  require(built);
} else {
  refuseWithoutPackages();
  require('./bundle')
    .bundleFor(root, process.argv.slice(2))
    .then((bundle) => (bundle === null ? runSources() : require(bundle)));
}

function runSources() {
  require('tsx/cjs');
  require('./main.ts');
}

function sourcesAreNewer() {
  const builtAt = statSync(built).mtimeMs;
  const newer = ({ parentPath, path, name }) =>
    /\.tsx?$/.test(name) && statSync(join(parentPath ?? path, name)).mtimeMs > builtAt;
  return folders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .some((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).some(newer));
}

function refuseWithoutPackages() {
  try {
    require.resolve('tsx/cjs');
  } catch {
    console.error('error: The packages are not installed. Run `npm run setup` in Evergrant’s folder first.');
    process.exit(1);
  }
}
