import { parseKeyRing } from '../../../adapters/encryption/key-ring';
import { readSigned, signText } from '../../../adapters/encryption/signed-text';
import { keyBytes } from '../../support/key-bytes';

const key = (id: string, byte: number) => `${id}:${keyBytes(byte).toString('base64')}`;
const RING = parseKeyRing(key('k1', 1));

test('what was signed is read again, also when another key signs by then', () => {
  const text = signText(RING, 'letters', { for: 'acme' });
  expect(text).toMatch(/^[\w-]+\.[\w-]+$/);
  expect(readSigned(RING, 'letters', text)).toEqual({ for: 'acme' });
  const rotated = parseKeyRing(`${key('k2', 2)},${key('k1', 1)}`);
  expect(readSigned(rotated, 'letters', text)).toEqual({ for: 'acme' });
});

test('what was signed for another purpose, or by another key, is not', () => {
  const text = signText(RING, 'letters', { for: 'acme' });
  expect(readSigned(RING, 'parcels', text)).toBeUndefined();
  expect(readSigned(parseKeyRing(key('k1', 2)), 'letters', text)).toBeUndefined();
});
