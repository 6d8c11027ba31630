import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Secret } from '../../core/access/secret';
import { type InstagramSettings } from './settings';

/** The secrets that Instagram may have signed with: while one is being replaced, both count. */
export function signingSecrets({ appSecret, appSecretPrevious }: InstagramSettings): Secret[] {
  return [appSecret, appSecretPrevious].flatMap((secret) => (secret?.reveal() ? [secret] : []));
}

/** Whether `signature` is HMAC-SHA256 of exactly these bytes under one of the secrets. Compares in constant time. */
export function isSigned(signed: string | Uint8Array, signature: Uint8Array, secrets: Secret[]): boolean {
  return secrets.some((secret) => {
    const expected = createHmac('sha256', secret.reveal()).update(signed).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}

/**
 * Whether Instagram signed these bytes. They must be the raw body: the same JSON serialized again differs.
 * @param header the value of `X-Hub-Signature-256`
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications
 */
export function isFromInstagram(body: Uint8Array, header: string | undefined, secrets: Secret[]): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1];
  return hex !== undefined && isSigned(body, Buffer.from(hex, 'hex'), secrets);
}
