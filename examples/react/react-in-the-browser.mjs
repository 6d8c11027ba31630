// React is published as CommonJS. This wraps its files as modules, so that the page needs no bundler; yours has one.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const FILES = {
  react: 'cjs/react.production.js',
  'react-dom': 'cjs/react-dom.production.js',
  'react-dom/client': 'cjs/react-dom-client.production.js',
  scheduler: 'cjs/scheduler.production.js',
};
const NAMES = {
  react: 'createElement, useCallback, useEffect, useRef, useState',
  'react-dom/client': 'createRoot',
};

/** A package of the import map as the text of a module. @throws for any other */
export function moduleOf(name) {
  if (!Object.hasOwn(FILES, name)) throw new Error(`no module ${name}`);
  const folder = dirname(require.resolve(`${name.split('/')[0]}/package.json`));
  const code = readFileSync(join(folder, FILES[name]), 'utf8');
  const needed = [...new Set([...code.matchAll(/require\("([^"]+)"\)/g)].map((found) => found[1]))];
  const imports = needed.map((one, index) => `import m${index} from '${one}';`).join('\n');
  const known = needed.map((one, index) => `'${one}': m${index}`).join(', ');
  const exported = NAMES[name] ? `export const { ${NAMES[name]} } = module.exports;` : '';
  return `${imports}
const known = { ${known} };
const require = (name) => known[name];
const module = { exports: {} };
(function (exports) {
${code}
})(module.exports);
export default module.exports;
${exported}
`;
}
