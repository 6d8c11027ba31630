// `npm run lock`, after adding a dependency. A registry without the packages of other platforms makes
// `npm install` leave them out of the lock file, and `npm ci` then refuses that file everywhere.
// This puts them back, from the packages that depend on them.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const CPU = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const { '': root, ...packages } = lock.packages;

const missing = Object.entries(packages).flatMap(([path, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
    .map(([name, version]) => [`node_modules/${name}`, describe(name, version, entry)]),
);

function describe(name, version, { dev, license }) {
  const os = OS.find((word) => name.includes(`-${word}-`));
  const cpu = CPU.find((word) => new RegExp(`-${word}(?![0-9])`).test(name));
  if (!os || !cpu || !/^\d/.test(version)) throw new Error(`cannot tell the platform of ${name}@${version}`);
  return { version, cpu: [cpu], ...(dev && { dev }), ...(license && { license }), optional: true, os: [os] };
}

const sorted = [...Object.entries(packages), ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = { '': root, ...Object.fromEntries(sorted) };
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${missing.length} packages of other platforms added to package-lock.json`);
