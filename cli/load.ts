/* eslint-disable @typescript-eslint/no-require-imports --
   `import()` of a path without an extension does not compile to CommonJS. */
import type * as config from '../adapters/config';
import type * as migrate from '../adapters/postgres/migrate';
import type * as runtimeRole from '../adapters/postgres/runtime-role';
import type * as http from '../http/run';
import type * as simulator from '../simulator/main';
import type * as audit from './audit/audit';
import type * as databaseFailure from './database-failure';
import type * as doctor from './doctor';
import type * as server from './doctor/server';
import type * as exporting from './export/run';
import type * as importing from './import/run';
import type * as retire from './keys/retire';
import type * as rewrap from './keys/rewrap';
import type * as rotate from './keys/rotate';
import type * as status from './keys/status';
import type * as nexusEndpoint from './nexus-endpoint';
import type * as runProcess from './run-process';
import type * as startWorker from './start-worker';

/** Modules that only some verbs need and that take long to load. Each is loaded when such a verb runs. */
export const load = {
  audit: () => require('./audit/audit') as typeof audit,
  config: () => require('../adapters/config') as typeof config,
  databaseFailure: () => require('./database-failure') as typeof databaseFailure,
  doctor: () => require('./doctor') as typeof doctor,
  http: () => require('../http/run') as typeof http,
  export: () => require('./export/run') as typeof exporting,
  import: () => require('./import/run') as typeof importing,
  keys: {
    retire: () => require('./keys/retire') as typeof retire,
    rewrap: () => require('./keys/rewrap') as typeof rewrap,
    rotate: () => require('./keys/rotate') as typeof rotate,
    status: () => require('./keys/status') as typeof status,
  },
  migrate: () => require('../adapters/postgres/migrate') as typeof migrate,
  nexusEndpoint: () => require('./nexus-endpoint') as typeof nexusEndpoint,
  runtimeRole: () => require('../adapters/postgres/runtime-role') as typeof runtimeRole,
  runProcess: () => require('./run-process') as typeof runProcess,
  server: () => require('./doctor/server') as typeof server,
  simulator: () => require('../simulator/main') as typeof simulator,
  startWorker: () => require('./start-worker') as typeof startWorker,
};
