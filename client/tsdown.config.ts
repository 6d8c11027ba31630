import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsdown';

/**
 * One CommonJS build, and ES modules that re-export it: `instanceof` holds however a program imports the package.
 * Everything but Temporal's packages is bundled, so it has no dependency.
 * @see https://nodejs.org/docs/latest-v20.x/api/packages.html#approach-1-use-an-es-module-wrapper
 */
export default defineConfig({
  entry: ['index.ts', 'temporal.ts', 'workflow.ts', 'nexus.ts'],
  format: 'cjs',
  dts: true,
  platform: 'neutral',
  target: 'es2022',
  fixedExtension: true,
  hash: false,
  minify: true,
  deps: { neverBundle: [/^@temporalio\//, 'nexus-rpc', './openapi.js'], onlyBundle: false },
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  plugins: [
    {
      name: 'es-modules',
      generateBundle(_, bundle) {
        const emit = (fileName: string, source: string) => this.emitFile({ type: 'asset', fileName, source });
        emit('openapi.d.ts', readFileSync('openapi.d.ts', 'utf8'));
        for (const built of Object.values(bundle)) {
          if (built.type !== 'chunk' || !built.isEntry || !built.fileName.endsWith('.cjs')) continue;
          const { name, exports } = built;
          // Each export by its name: a runtime that looks for them itself could miss some.
          emit(
            `${name}.mjs`,
            `import built from './${name}.cjs';\nexport const { ${exports.join(', ')} } = built;\n`,
          );
          emit(`${name}.d.mts`, `export * from './${name}.cjs';\n`);
        }
      },
    },
  ],
  publint: { strict: true },
  attw: { level: 'error' },
});
