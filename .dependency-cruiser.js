// Who may import whom. Everything that is not listed is an error.
const folder = (name) => `^${name}/`;
const libraries = { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'core'] };
const arrows = {
  core: [],
  workflows: ['core'],
  adapters: ['core'],
  activities: ['core', 'adapters'],
  worker: ['core', 'adapters', 'activities'],
  client: ['core', 'adapters'],
  http: ['core', 'adapters', 'client'],
  simulator: [],
};
const own = Object.keys(arrows);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [{ name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } }],
  allowedSeverity: 'error',
  allowed: [
    ...own.map((name) => ({
      from: { path: folder(name) },
      to: { path: [name, ...arrows[name]].map(folder) },
    })),
    // Examples are apps of their own.
    { from: { path: folder('examples') }, to: { path: folder('examples') } },
    { from: { path: folder('examples') }, to: libraries },
    // The libraries of a folder are its own affair, save for core and workflows, which must stay deterministic.
    {
      from: {
        path: ['adapters', 'activities', 'worker', 'client', 'http', 'simulator', 'dev', 'test', 'bench'].map(
          folder,
        ),
      },
      to: libraries,
    },
    { from: { path: folder('workflows') }, to: { path: '@temporalio/(workflow|common)' } },
    // Workflows know the activities' types, never their code.
    {
      from: { path: folder('workflows') },
      to: { path: folder('activities'), dependencyTypes: ['type-only'] },
    },
    // What a client sends and what a workflow answers is one definition.
    {
      from: { path: folder('(client|worker)') },
      to: { path: '^workflows/(messages|search-attributes)\\.ts$' },
    },
    // The CLI starts every process of the product.
    { from: { path: '^client/cli/' }, to: { path: ['worker', 'http', 'simulator', 'dev'].map(folder) } },
    { from: { path: folder('dev') }, to: { path: [...own, 'dev'].map(folder) } },
    // Examples are copied out of here: nothing of ours, or they would not run elsewhere.
    { from: { path: folder('examples') }, to: { path: folder('examples') } },
    { from: { path: folder('examples') }, to: libraries },
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
