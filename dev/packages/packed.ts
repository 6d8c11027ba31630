import { type UserConfig } from 'tsdown';

/**
 * How a package is built: once, as CommonJS, and ES modules that re-export it, so that `instanceof` holds however a
 * program imports it. What it uses is bundled: it has no dependency.
 * @see https://nodejs.org/docs/latest-v20.x/api/packages.html#approach-1-use-an-es-module-wrapper
 * @param files further ones, by name
 */
export function packed(entry: string[], files: Record<string, string> = {}): UserConfig {
  return {
    // Not where this file is.
    cwd: process.cwd(),
    entry,
    format: 'cjs',
    dts: true,
    target: 'es2022',
    fixedExtension: true,
    hash: false,
    minify: true,
    plugins: [
      {
        name: 'es-modules',
        generateBundle(_, bundle) {
          const emit = (fileName: string, source: string) =>
            this.emitFile({ type: 'asset', fileName, source });
          for (const [name, text] of Object.entries(files)) emit(name, text);
          for (const built of Object.values(bundle)) {
            if (built.type !== 'chunk' || !built.isEntry || !built.fileName.endsWith('.cjs')) continue;
            const { name, exports } = built;
            if (exports.length === 0) continue;
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
  };
}
