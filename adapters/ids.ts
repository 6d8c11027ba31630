import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** A new random id such as `int_7k3…`: 24 characters of 5 bits behind a prefix that tells its kind. */
export function newId(
  prefix: 'int' | 'inc' | 'evt' | 'key' | 'txt' | 'whe' | 'dlv' | 'hld' | 'lnk' | 'emb' | 'aud',
): string {
  let id = `${prefix}_`;
  for (const byte of randomBytes(24)) id += ALPHABET[byte & 31];
  return id;
}
