const Module = require('node:module');
const { isAbsolute } = require('node:path');
const { transformFileSync } = require('@swc/core');
const { default: Runtime } = require('jest-runtime');

/**
 * Our own modules are loaded once per test file, as Jest does. Packages are loaded once per worker: Temporal's SDK, zod and
 * the encryption SDK take a second of CPU time. `jest.mock` therefore has no effect on packages.
 */
module.exports = class SharedPackagesRuntime extends Runtime {
  requireModuleOrMock(from, name) {
    return isPackage(name) ? Module.createRequire(from)(name) : super.requireModuleOrMock(from, name);
  }
};

const isPackage = (name) =>
  !name.startsWith('.') && !isAbsolute(name) && !Module.isBuiltin(name) && name !== '@jest/globals';

// Temporal's SDK loads one of our modules itself: the payload converter, by its path.
Module._extensions['.ts'] = (module, file) => {
  const { code } = transformFileSync(file, {
    jsc: { parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  module._compile(code, file);
};
