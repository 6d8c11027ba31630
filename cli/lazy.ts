/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/consistent-type-imports --
   `import()` of a path without an extension does not compile to CommonJS; `require` does what is wanted. */

/** What only some verbs need and takes long to load: loaded when one of them is run. */
export const lazy = {
  runProcess() {
    const { runProcess }: typeof import('./processes') = require('./processes');
    return runProcess;
  },
  startWorker() {
    const { startWorker }: typeof import('./start-worker') = require('./start-worker');
    return startWorker;
  },
  runApi() {
    const { runApi }: typeof import('../http/run') = require('../http/run');
    return runApi;
  },
  simulator() {
    const { readOptions, runSimulator }: typeof import('../simulator/main') = require('../simulator/main');
    return { readOptions, runSimulator };
  },
  withAudit() {
    const { withAudit }: typeof import('./audit/audit') = require('./audit/audit');
    return withAudit;
  },
  keys() {
    const { retireKey, rewrap, rotate, showStatus }: typeof import('./keys') = require('./keys');
    return { retireKey, rewrap, rotate, showStatus };
  },
  doctor() {
    const { examine }: typeof import('./doctor') = require('./doctor');
    return examine;
  },
  loadSettings() {
    const { loadSettings }: typeof import('../adapters/config') = require('../adapters/config');
    return loadSettings;
  },
  migrate() {
    const { migrate } =
      require('../adapters/postgres/migrate') as typeof import('../adapters/postgres/migrate');
    return migrate;
  },
};
