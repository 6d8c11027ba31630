import { createHmac, hkdfSync } from 'node:crypto';

export interface Key {
  id: string;
  bytes: Buffer;
}

/** The keys tokens are sealed with: the first seals, all open. */
export interface KeyRing {
  readonly sealing: Key;
  find(id: string): Key | undefined;
  readonly keys: readonly Key[];
}

export class KeyRingError extends Error {
  override name = 'KeyRingError';
}

/**
 * Reads `EVERGRANT_KEYS`: `keyId:base64 of 32 bytes`, comma separated.
 * @throws KeyRingError that names the entry, never the key
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry, index) => parseKey(entry, index + 1));
  return keyRing(keys);
}

/** The ring of these keys, the first of which seals and has to be random. @throws KeyRingError */
export function keyRing(keys: readonly Key[]): KeyRing {
  const [sealing] = keys;
  if (!sealing) throw new KeyRingError('has no key; give at least one as keyId:base64 of 32 bytes');
  const twice = keys.find((key, index) => keys.findIndex(({ id }) => id === key.id) !== index);
  if (twice) throw new KeyRingError(`names the key id "${twice.id}" twice`);
  if (isGuessable(sealing.bytes))
    throw new KeyRingError(
      `key "${sealing.id}" is not random: put 32 random bytes first, and keep this key behind them until nothing is encrypted with it`,
    );
  return { sealing, keys, find: (id) => keys.find((key) => key.id === id) };
}

/** Fewer different bytes in a key, or between neighbours, than random ones have but once in 10 billion keys. */
const DIFFERENT_BYTES = 20;

/** A text, a pattern or a sequence instead of random bytes. */
function isGuessable(bytes: Buffer): boolean {
  const steps = bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0));
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText || new Set(bytes).size < DIFFERENT_BYTES || new Set(steps).size < DIFFERENT_BYTES;
}

/** The opposite of `parseKeyRing`: key material, for key files only. */
export function keyRingText(ring: KeyRing): string {
  return ring.keys.map(({ id, bytes }) => `${id}:${bytes.toString('base64')}`).join(',');
}

function parseKey(entry: string, position: number): Key {
  const separator = entry.indexOf(':');
  const id = entry.slice(0, separator);
  if (separator < 1 || !/^[A-Za-z0-9_.-]{1,64}$/.test(id)) {
    throw new KeyRingError(`entry ${position} is not keyId:base64 (id: letters, digits, _ . -, at most 64)`);
  }
  const encoded = entry.slice(separator + 1);
  if (!/^[A-Za-z0-9+/_-]*=*$/.test(encoded)) throw new KeyRingError(`key "${id}" is not base64`);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 32) throw new KeyRingError(`key "${id}" is ${bytes.length} bytes long, not 32`);
  return { id, bytes };
}

/** A key for another purpose (signed links, tags), derived so that sealing keys serve sealing alone. */
export function deriveKey(key: Key, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key.bytes, Buffer.alloc(0), `evergrant/${purpose}`, 32));
}

export function sign(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
