import { createHash, randomBytes } from 'node:crypto';

/** What is kept of a text that only has to be recognised. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** 256 random bits that are safe in an address, a header or a cookie: 43 characters. */
export function newSecretText(): string {
  return randomBytes(32).toString('base64url');
}

/** What `newSecretText` gives looks like. */
export const SECRET_TEXT = /^[\w-]{43}$/;
