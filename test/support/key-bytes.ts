import { createHash } from 'node:crypto';

/** A key for tests: the same for the same number, and as irregular as a real one. */
export function keyBytes(number: number): Buffer {
  return createHash('sha256').update(`test key ${number}`).digest();
}
