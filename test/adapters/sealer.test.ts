import { parseKeyRing } from '../../adapters/encryption/key-ring';
import { DecryptFailed, KeyUnavailable, createSealer } from '../../adapters/encryption/sealer';
import { verifySealingKey } from '../../adapters/encryption/key-check';
import { createPool } from '../../adapters/postgres/pool';
import { Secret } from '../../core/secret';
import { createTestDatabase } from '../support/database';

const ring = (id: string, byte: number) => parseKeyRing(`${id}:${Buffer.alloc(32, byte).toString('base64')}`);
const context = { integration: 'int_1', provider: 'instagram', version: '1', purpose: 'token' };

test('what was sealed opens again, under its own context only', async () => {
  const sealer = createSealer(ring('a', 1));
  const sealed = await sealer.seal(new Secret('IGAAtoken'), context);
  expect(sealed.sealed.includes('IGAAtoken')).toBe(false);
  expect((await sealer.open(sealed, context)).reveal()).toBe('IGAAtoken');
  for (const other of [
    { integration: 'int_2' },
    { version: '2' },
    { purpose: 'note' },
    { provider: 'threads' },
  ]) {
    await expect(sealer.open(sealed, { ...context, ...other })).rejects.toBeInstanceOf(DecryptFailed);
  }
});

test('one flipped bit, anywhere, and nothing opens', async () => {
  const sealer = createSealer(ring('a', 1));
  const { sealed, keyId } = await sealer.seal(new Secret('IGAAtoken'), context);
  for (let at = 0; at < sealed.length; at += 37) {
    const damaged = Buffer.from(sealed);
    damaged[at] = damaged[at]! ^ 1;
    await expect(sealer.open({ sealed: damaged, keyId }, context)).rejects.toBeInstanceOf(DecryptFailed);
  }
});

test('a missing key is told apart from a damaged value', async () => {
  const sealed = await createSealer(ring('a', 1)).seal(new Secret('x'), context);
  await expect(createSealer(ring('b', 2)).open(sealed, context)).rejects.toBeInstanceOf(KeyUnavailable);
});

test('a key with the right name and other bytes is noticed before anything is sealed with it', async () => {
  const database = await createTestDatabase();
  const pool = createPool(database.url);
  await verifySealingKey(pool, createSealer(ring('a', 1)), 0);
  await verifySealingKey(pool, createSealer(ring('a', 1)), 0);
  await expect(verifySealingKey(pool, createSealer(ring('a', 9)), 0)).rejects.toBeInstanceOf(KeyUnavailable);
  await pool.end();
  await database.drop();
});

test.each([
  '',
  'nokey',
  'a:AAAA',
  ':AAAA',
  `a:${Buffer.alloc(31).toString('base64')}`,
  `a:${Buffer.alloc(32).toString('base64')},a:${Buffer.alloc(32).toString('base64')}`,
])('refuses the key ring "%s" without showing a key', (text) => {
  expect(() => parseKeyRing(text)).toThrow(/key|entry/);
  expect(() => parseKeyRing(text)).not.toThrow(/AAAAAAAA/);
});
