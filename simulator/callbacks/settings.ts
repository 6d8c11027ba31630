import { z } from 'zod';
import { isLoopback } from '../world/consent';

/** An address on this machine: a simulator calls no other host. */
const LoopbackUrl = z
  .string()
  .max(2_000)
  .refine(isLoopbackUrl, 'must be an http or https address on this machine, without user and fragment');

/** Where callbacks go; what is left out stays as it is, `null` ends it. */
export const CallbackInput = z
  .strictObject({
    callbackUrl: LoopbackUrl.nullable().optional(),
    /** What the receiver recognises the handshake by. */
    verifyToken: z.string().min(1).max(500).optional(),
    deauthorizeUrl: LoopbackUrl.nullable().optional(),
    dataDeletionUrl: LoopbackUrl.nullable().optional(),
  })
  .refine(({ callbackUrl, verifyToken }) => !callbackUrl || verifyToken !== undefined, {
    path: ['verifyToken'],
    message: 'is needed with callbackUrl',
  });
export type CallbackInput = z.input<typeof CallbackInput>;

function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && isLoopback(hostname) && `${username}${password}${hash}` === '';
}
