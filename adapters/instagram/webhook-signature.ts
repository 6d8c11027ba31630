import { type Secret } from '../../core/access/secret';
import { isSigned } from './signature';

/**
 * Whether Instagram sent these bytes. They count as they came: the same JSON written anew has another signature.
 * @param header the value of `X-Hub-Signature-256`
 * @see https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications
 */
export function isFromInstagram(body: Uint8Array, header: string | undefined, secrets: Secret[]): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1];
  return hex !== undefined && isSigned(body, Buffer.from(hex, 'hex'), secrets);
}
