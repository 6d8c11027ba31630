import { z } from 'zod';
import { type Secret } from '../../core/access/secret';
import { sha256 } from '../digest';
import { parseBody } from './http';
import { isSigned } from './signature';

/** What Instagram says about one person in a callback. */
export interface SignedRequest {
  /** App-scoped or professional: Meta does not say which. */
  userId: string;
  /** Epoch ms by which it was issued. Meta counts in whole seconds, so this is the end of one. */
  issuedBefore: number;
  /** Tells one request from another, and a repetition from both. */
  digest: Buffer;
}

const MAX_SECONDS = 10_000_000_000;

const payload = z.object({
  user_id: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^\d{1,40}$/)),
  algorithm: z.literal('HMAC-SHA256'),
  issued_at: z.number().int().min(0).max(MAX_SECONDS),
});

/**
 * Reads a `signed_request`: `base64url(signature).base64url(JSON)`, where the encoded text is what is signed. Null when
 * it is not of this form, not signed by one of the secrets, or says less than it must.
 * @see https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
 */
export function readSignedRequest(text: string, secrets: Secret[]): SignedRequest | null {
  const [signature = '', encoded = '', ...rest] = text.split('.');
  const given = fromBase64url(signature);
  const decoded = fromBase64url(encoded);
  if (rest.length > 0 || !given || !decoded) return null;
  if (!isSigned(encoded, given, secrets)) return null;
  const parsed = payload.safeParse(parseBody(decoded.toString()));
  if (!parsed.success) return null;
  return {
    userId: parsed.data.user_id,
    issuedBefore: (parsed.data.issued_at + 1) * 1_000,
    digest: sha256(encoded),
  };
}

/**
 * The bytes of a base64url text, or null for any spelling but the canonical one. Node also reads padding, another
 * alphabet, stray characters and leftover bits, so one signature would match many texts.
 */
function fromBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
