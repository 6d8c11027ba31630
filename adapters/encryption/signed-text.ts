import { timingSafeEqual } from 'node:crypto';
import { type Key, type KeyRing, deriveKey, sign } from './key-ring';

/**
 * Text that others carry for us and cannot change: `payload.signature`, both base64url.
 * @param purpose what it is for: text that was signed for another purpose is not accepted
 */
export function signText(ring: KeyRing, purpose: string, content: unknown): string {
  const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${payload}.${signatureOf(ring.sealing, purpose, payload)}`;
}

/** What any key of the ring signed for this purpose; undefined when it is forged, damaged or written otherwise. */
export function readSigned(ring: KeyRing, purpose: string, text: string): unknown {
  const [payload, signature, ...rest] = text.split('.');
  if (!payload || !signature || rest.length > 0) return undefined;
  const genuine = ring.keys.some((key) => sameText(signature, signatureOf(key, purpose, payload)));
  return genuine ? jsonOf(payload) : undefined;
}

function jsonOf(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function signatureOf(key: Key, purpose: string, payload: string): string {
  return sign(deriveKey(key, purpose), payload).toString('base64url');
}

/** As texts, for one signature can be written in several ways; in constant time. */
function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
