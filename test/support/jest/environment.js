const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');

/**
 * Runs test files in the worker's own context instead of a new one each, so that they can share packages (`runtime.js`).
 * With several contexts, an object of one would not be an `instanceof` the other's classes.
 */
module.exports = class SharedContextEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global = globalThis;
    this.environmentVariables = { ...process.env };
    this.exit = process.exit;
    this.console = console;
  }

  getVmContext() {
    return globalThis;
  }

  async teardown() {
    await super.teardown();
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, this.environmentVariables);
    process.exit = this.exit;
    globalThis.console = this.console;
  }
};

// Node takes no context to mean the current one, and refuses it by name.
const { compileFunction } = vm;
vm.compileFunction = (code, parameters, { parsingContext, ...options }) =>
  compileFunction(code, parameters, {
    ...options,
    ...(parsingContext !== globalThis && { parsingContext }),
  });
