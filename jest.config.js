/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/jest/environment.js',
  runtime: '<rootDir>/test/support/jest/runtime.js',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          target: 'es2023',
          transform: { react: { runtime: 'automatic', importSource: 'hono/jsx' } },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testSequencer: '<rootDir>/test/support/jest/sequencer.js',
  reporters: ['default', '<rootDir>/test/support/jest/closing-line-reporter.js'],
  testTimeout: 120_000,
  // A third fills the time that two spend waiting for servers and pages.
  maxWorkers: 3,
  // What a file leaves behind stays with its worker: past this, a new worker takes over.
  workerIdleMemoryLimit: '1.5GB',
};
