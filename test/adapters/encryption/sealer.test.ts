import { randomBytes } from 'node:crypto';
import { sealWith } from '../../../adapters/encryption/envelope';
import { keyRing, keyRingText, parseKeyRing } from '../../../adapters/encryption/key-ring';
import { DecryptFailed, KeyUnavailable, createSealer } from '../../../adapters/encryption/sealer';
import { Secret } from '../../../core/access/secret';
import { keyBytes } from '../../support/key-bytes';

const ring = (id: string, byte: number) => parseKeyRing(`${id}:${keyBytes(byte).toString('base64')}`);
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

test('a missing key is distinguished from a damaged value', async () => {
  const sealed = await createSealer(ring('a', 1)).seal(new Secret('x'), context);
  await expect(createSealer(ring('b', 2)).open(sealed, context)).rejects.toBeInstanceOf(KeyUnavailable);
});

test.each([
  ['an extra entry', { ...context, more: 'x' }],
  ['a missing entry', { integration: 'int_1', provider: 'instagram', version: '1' }],
])('%s in what it was sealed for, and it does not open', async (_name, other) => {
  const [key] = ring('a', 1).keys;
  const sealed = await sealWith(key!, new Secret('IGAAtoken'), other as typeof context);
  const opening = createSealer(ring('a', 1)).open({ sealed, keyId: 'a' }, context);
  await expect(opening).rejects.toBeInstanceOf(DecryptFailed);
});

test('the ring is read at each call, and every key of it opens', async () => {
  let current = ring('a', 1);
  const sealer = createSealer(() => current);
  const old = await sealer.seal(new Secret('x'), context);
  current = keyRing([...ring('b', 2).keys, ...current.keys]);
  const young = await sealer.seal(new Secret('y'), context);
  expect([old.keyId, young.keyId, sealer.ring.sealing.id]).toEqual(['a', 'b', 'b']);
  expect((await sealer.open(old, context)).reveal()).toBe('x');
  current = ring('b', 2);
  await expect(sealer.open(old, context)).rejects.toBeInstanceOf(KeyUnavailable);
});

test.each([
  '',
  'nokey',
  'a:AAAA',
  ':AAAA',
  `a:${Buffer.alloc(31).toString('base64')}`,
  `a:${keyBytes(0).toString('base64')},a:${keyBytes(0).toString('base64')}`,
  `a:${keyBytes(0).toString('base64').replace(/^..../, 'AA AA')}`,
])('refuses the key ring "%s" without showing a key', (text) => {
  expect(() => parseKeyRing(text)).toThrow(/key|entry/);
  expect(() => parseKeyRing(text)).not.toThrow(/AAAAAAAA/);
});

const weak = {
  zeros: Buffer.alloc(32),
  'one byte': Buffer.alloc(32, 7),
  'a short pattern': Buffer.from('0123456789abcdef'.repeat(4), 'hex'),
  'a sequence': Buffer.from(Array.from({ length: 32 }, (_, index) => 200 + 3 * index)),
  'a passphrase': Buffer.from('correct horse battery staple 123'),
};

test.each(Object.entries(weak))('%s encrypt nothing, but still decrypt', (_, bytes) => {
  const entry = `weak:${bytes.toString('base64')}`;
  const strong = `strong:${keyBytes(1).toString('base64')}`;
  expect(() => parseKeyRing(entry)).toThrow(/"weak" is not random/);
  expect(() => parseKeyRing(`${entry},${strong}`)).toThrow(/"weak" is not random/);
  expect(parseKeyRing(`${strong},${entry}`).find('weak')?.bytes).toEqual(bytes);
});

test('no random key is taken for a weak one', () => {
  for (let count = 0; count < 20_000; count++) keyRing([{ id: 'k', bytes: randomBytes(32) }]);
});

test('a ring written down reads as the same ring', () => {
  const both = keyRing([...ring('b', 2).keys, ...ring('a', 1).keys]);
  expect(parseKeyRing(keyRingText(both)).keys).toEqual(both.keys);
});

test('what was opened a moment ago is not decrypted again, and nothing else passes for it', async () => {
  const keys = ring('a', 1);
  let current = keys;
  const sealer = createSealer(() => current, { now: () => now });
  let now = 0;
  const sealed = await sealer.seal(new Secret('IGAA-token'), context);
  const first = await sealer.open(sealed, context);
  expect(await sealer.open({ ...sealed, sealed: Buffer.from(sealed.sealed) }, context)).toBe(first);
  await expect(sealer.open(sealed, { ...context, integration: 'int_2' })).rejects.toThrow(DecryptFailed);
  await expect(sealer.open({ ...sealed, sealed: flipped(sealed.sealed) }, context)).rejects.toThrow(
    DecryptFailed,
  );
  now = 60_000;
  expect(await sealer.open(sealed, context)).not.toBe(first);
  current = ring('a', 2);
  await expect(sealer.open(sealed, context)).rejects.toThrow(DecryptFailed);
  current = ring('b', 1);
  await expect(sealer.open(sealed, context)).rejects.toThrow(KeyUnavailable);
});

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1]! ^= 1;
  return copy;
}
