import { type ContentfulStatusCode } from 'hono/utils/http-status';

/** Status, title and, if a retry can help, the default `Retry-After` in seconds. */
type Row = readonly [status: ContentfulStatusCode, title: string, retryAfterSeconds?: number];

/** Every error code of the API. `docs/errors.md` explains each. */
export const PROBLEMS = {
  invalid_request: [400, 'Invalid request'],
  unauthorized: [401, 'Valid API key required'],
  forbidden: [403, 'Permission denied'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'Method not allowed'],
  not_connected: [409, 'Account not connected yet'],
  reconnect_required: [409, 'Reconnect required'],
  disconnected: [409, 'Integration disconnected'],
  endpoint_disabled: [409, 'Endpoint disabled'],
  not_due: [409, 'Token too new to refresh'],
  account_taken: [409, 'Account already connected'],
  too_large: [413, 'Request too large'],
  not_a_rejection: [422, 'Not a token error'],
  unknown_version: [422, 'Unknown token version'],
  idempotency_mismatch: [422, 'Idempotency-Key already used'],
  window_closed: [422, 'Messaging window closed'],
  recipient_unavailable: [422, 'Recipient unavailable'],
  text_too_long: [422, 'Text too long'],
  permission_missing: [422, 'Permission missing'],
  app_access_missing: [422, 'App access missing'],
  other_app: [422, 'Conversation handled by another app'],
  policy_blocked: [422, 'Account restricted by Instagram'],
  provider_rejected_call: [422, 'Call refused by Instagram'],
  grant_refused: [422, 'Token refused by Instagram'],
  rate_limited: [429, 'Too many requests', 60],
  internal: [500, 'Internal error'],
  outcome_unknown: [502, 'Outcome unknown'],
  provider_unavailable: [503, 'Instagram unavailable', 10],
  provider_incident: [503, 'App refused by Instagram', 60],
  key_unavailable: [503, 'Encryption key unavailable', 30],
  decrypt_failed: [503, 'Stored data could not be decrypted', 60],
  recovery_pending: [503, 'Token check in progress', 5],
  refresh_failed: [503, 'Token refresh failed', 60],
  service_unavailable: [503, 'Service unavailable', 5],
} as const satisfies Record<string, Row>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal to be answered as a problem document. @see https://www.rfc-editor.org/rfc/rfc9457 */
export class Problem extends Error {
  override name = 'Problem';

  /** @param detail what happened and what to do. It contains no text from a provider. */
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly more: Record<string, unknown> = {},
    private readonly extraHeaders: Record<string, string> = {},
  ) {
    super(detail);
  }

  get status(): ContentfulStatusCode {
    return PROBLEMS[this.code][0];
  }

  get headers(): Record<string, string> {
    const [, , retryAfterSeconds]: Row = PROBLEMS[this.code];
    return {
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      ...this.extraHeaders,
    };
  }

  document(publicUrl: string) {
    const [status, title] = PROBLEMS[this.code];
    return {
      type: `${publicUrl}/docs#${this.code}`,
      title,
      status,
      detail: this.detail,
      code: this.code,
      ...this.more,
    };
  }
}

export function notFound(what: string): Problem {
  return new Problem('not_found', `This ${what} does not exist.`);
}

/** 400 for one field. */
export function invalidField(field: string, message: string): Problem {
  return new Problem('invalid_request', `Invalid field: ${field} ${message}.`, {
    errors: [{ field, message }],
  });
}
