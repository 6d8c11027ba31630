import { type Refusal } from './errors';

/** Graph's error body. */
export function graphEnvelope(refusal: Refusal, trace: string): object {
  return {
    error: {
      message: refusal.message,
      type: refusal.type,
      code: refusal.code,
      ...(refusal.subcode !== undefined && { error_subcode: refusal.subcode }),
      ...(refusal.transient !== undefined && { is_transient: refusal.transient }),
      ...(refusal.data && { error_data: refusal.data }),
      fbtrace_id: trace,
    },
  };
}

/** The error body of the host that exchanges codes. */
export function flatEnvelope(refusal: Refusal): object {
  return { error_type: refusal.type, code: refusal.code, error_message: refusal.message };
}

/** The header that accompanies Graph errors. */
export function challenge({ code, message }: Refusal): string {
  const kind = code === 190 || code === 102 ? 'invalid_token' : 'invalid_request';
  // A header holds neither quotes nor what is outside ASCII.
  return `OAuth "Facebook Platform" "${kind}" "${message.replace(/[^\x20-\x7e]/g, '?').replace(/"/g, "'")}"`;
}

/** JSON the way Instagram prints it: slashes and everything outside ASCII escaped. */
export function graphJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\//g, '\\/')
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
