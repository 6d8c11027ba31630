import { createHmac } from 'node:crypto';

export type Algorithm = 'sha256' | 'sha1';

export const signature = (algorithm: Algorithm, secret: string, text: string): string =>
  createHmac(algorithm, secret).update(text).digest('hex');

/**
 * Signs a payload the way form fields are: signature, dot, payload, both base64url. What is signed is the encoded text.
 * @see https://developers.facebook.com/docs/apps/delete-data
 */
export function signedRequest(payload: object, secret: string): string {
  const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${createHmac('sha256', secret).update(encoded).digest('base64url')}.${encoded}`;
}
