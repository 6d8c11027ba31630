import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsdown';
import { packed } from './packed';

/** `evergrant-client`: for every runtime that has what the web has. */
export default defineConfig({
  // One copy of the API's types serves all.
  ...packed(['index.ts', 'temporal.ts', 'workflow.ts', 'nexus.ts'], {
    // For compilers, not for readers: the package has to stay small.
    'openapi.d.ts': readFileSync('openapi.d.ts', 'utf8').replace(/^ +/gm, ''),
  }),
  platform: 'neutral',
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  deps: { neverBundle: [/^@temporalio\//, 'nexus-rpc', './openapi.js'], onlyBundle: false },
});
