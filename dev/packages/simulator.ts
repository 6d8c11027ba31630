import { defineConfig } from 'tsdown';
import { packed } from './packed';

/** `evergrant-instagram-simulator`: a program, and a library for tests. */
export default defineConfig({
  ...packed(['index.ts', 'main.ts']),
  platform: 'node',
  deps: { onlyBundle: false },
});
