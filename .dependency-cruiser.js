// Who may import whom. Everything that is not listed is an error.
const folder = (name) => `^${name}/`;
const libraries = { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'core'] };
const arrows = {
  core: [],
  workflows: ['core'],
  adapters: ['core'],
  client: ['core'],
  services: ['core', 'adapters', 'client'],
  activities: ['core', 'adapters', 'services', 'client'],
  nexus: ['core', 'adapters', 'services', 'client', 'activities'],
  worker: ['core', 'adapters', 'services', 'client', 'activities', 'nexus'],
  http: ['core', 'adapters', 'services', 'client'],
  cli: ['core', 'adapters', 'services', 'client', 'activities', 'worker', 'http', 'simulator', 'dev'],
  dev: ['core', 'adapters', 'services', 'client', 'activities', 'worker', 'http', 'simulator'],
  simulator: [],
};
const own = Object.keys(arrows);
/** Their libraries are their own affair; `core` and `workflows` must stay deterministic. */
const free = [...own.filter((name) => name !== 'core' && name !== 'workflows'), 'test', 'bench', 'examples'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [{ name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } }],
  allowedSeverity: 'error',
  allowed: [
    ...own.map((name) => ({
      from: { path: folder(name) },
      to: { path: [name, ...arrows[name]].map(folder) },
    })),
    { from: { path: free.map(folder) }, to: libraries },
    { from: { path: folder('workflows') }, to: { path: '@temporalio/(workflow|common)' } },
    // Workflows know the activities' types, never their code.
    {
      from: { path: folder('workflows') },
      to: { path: folder('activities'), dependencyTypes: ['type-only'] },
    },
    // What a client sends and what a workflow answers is one definition, with types that both SDKs share.
    { from: { path: folder('client') }, to: { path: '^workflows/messages\\.ts$' } },
    {
      from: { path: '^workflows/messages\\.ts$' },
      to: { path: '@temporalio/client', dependencyTypes: ['type-only'] },
    },
    { from: { path: folder('(worker|dev)') }, to: { path: '^workflows/(messages|search-attributes)\\.ts$' } },
    // Examples are copied out of here: nothing of ours but what is published, or they would not run elsewhere.
    { from: { path: folder('examples') }, to: { path: ['^examples/', '^client/dist/', 'evergrant-client'] } },
    { from: { path: folder('(test|bench)') }, to: {} },
    { from: { path: '^[^/]+$' }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.data|\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
