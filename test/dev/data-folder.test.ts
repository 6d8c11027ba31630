import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataFolder } from '../../dev/data-folder';
import { startProgram } from '../support/program';
import { temporaryFolder } from '../support/temporary-folder';

const HOLDER = require.resolve('./fixtures/hold-lock');
const modeOf = (path: string) => statSync(path).mode & 0o777;

test('a new data folder and all secrets in it are closed to other users', () => {
  const path = join(temporaryFolder(), 'deep', '.data');
  openDataFolder(path);
  expect(modeOf(path)).toBe(0o700);
  expect(readdirSync(path).sort()).toEqual([
    'api-key',
    'encryption-keys',
    'postgres-password',
    'run.lock',
    'webhook-verify-token',
  ]);
  for (const name of readdirSync(path)) expect(modeOf(join(path, name))).toBe(0o600);
});

test('secrets are made once and are the same on the next run', () => {
  const path = join(temporaryFolder(), '.data');
  const first = openDataFolder(path);
  first.unlock();
  const second = openDataFolder(path);
  expect(second.secrets).toEqual(first.secrets);
  expect(new Set(Object.values(first.secrets)).size).toBe(4);
});

test('the encryption key is 32 bytes with a key id', () => {
  const { encryptionKeys } = openDataFolder(temporaryFolder()).secrets;
  const [keyId, key] = encryptionKeys.split(':');
  expect(keyId).toBe('k1');
  expect(Buffer.from(key!, 'base64')).toHaveLength(32);
});

test('an emptied secret is an error, not a new secret', () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'encryption-keys'), '\n');
  expect(() => openDataFolder(path)).toThrow(/encryption-keys is empty: restore it/);
});

test('a folder that cannot be made is refused with its setting', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => openDataFolder(join(file, '.data'))).toThrow(/cannot be created: set EVERGRANT_DATA_DIR/);
});

test('an existing folder keeps its mode', () => {
  const path = join(temporaryFolder(), 'shared');
  mkdirSync(path, { mode: 0o755 });
  openDataFolder(path);
  expect(modeOf(path)).toBe(0o755);
});

test('a second run on the same folder is refused while the first one lives', async () => {
  const path = temporaryFolder();
  const first = startProgram(HOLDER, [path]);
  expect(await first.line()).toBe('held');
  const second = startProgram(HOLDER, [path]);
  expect(await second.line()).toBe(
    `Evergrant is already running on ${path} (process ${first.pid}). Stop it, or set EVERGRANT_DATA_DIR to another folder.`,
  );
});

test('the lock of a killed run is taken over', async () => {
  const path = temporaryFolder();
  const first = startProgram(HOLDER, [path]);
  await first.line();
  first.kill('SIGKILL');
  await first.ended;
  const second = startProgram(HOLDER, [path]);
  expect(await second.line()).toBe('held');
});

test('a lock whose process number belongs to a stranger by now is taken over', () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'run.lock'), JSON.stringify({ pid: process.ppid, identity: 'started long ago' }));
  openDataFolder(path);
  expect(JSON.parse(readFileSync(join(path, 'run.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
});
