import { type ContentfulStatusCode } from 'hono/utils/http-status';

/** Status, title and, where asking again may help, the `Retry-After` in seconds unless somebody knows better. */
type Row = readonly [status: ContentfulStatusCode, title: string, retryAfterSeconds?: number];

/** Every refusal that the API knows: one code, one row; `docs/errors.md` explains each. */
export const PROBLEMS = {
  invalid_request: [400, 'The request is not valid'],
  unauthorized: [401, 'A valid API key is needed'],
  forbidden: [403, 'The API key may not do this'],
  not_found: [404, 'There is no such thing'],
  method_not_allowed: [405, 'This address takes another method'],
  not_connected: [409, 'The account is not connected yet'],
  reconnect_required: [409, 'The account must be connected again'],
  disconnected: [409, 'The integration was disconnected'],
  endpoint_disabled: [409, 'The endpoint is disabled'],
  not_due: [409, 'The token cannot be refreshed yet'],
  account_taken: [409, 'The account is connected already'],
  too_large: [413, 'The request is too large'],
  not_a_rejection: [422, 'The code does not speak of the token'],
  unknown_version: [422, 'There is no such token version'],
  idempotency_mismatch: [422, 'The Idempotency-Key was used for another message'],
  window_closed: [422, 'The messaging window is closed'],
  recipient_unavailable: [422, 'The recipient cannot be reached'],
  text_too_long: [422, 'The text is too long'],
  permission_missing: [422, 'The account did not allow this'],
  policy_blocked: [422, 'Instagram has restricted the account'],
  provider_rejected_call: [422, 'Instagram refuses this call'],
  grant_refused: [422, 'The token cannot be taken over'],
  rate_limited: [429, 'Too many calls', 60],
  internal: [500, 'Something went wrong on our side'],
  outcome_unknown: [502, 'Nobody can say whether the message arrived'],
  provider_unavailable: [503, 'Instagram does not answer', 10],
  provider_incident: [503, 'Instagram refuses the whole app', 60],
  key_unavailable: [503, 'The encryption key is not available', 30],
  decrypt_failed: [503, 'What is stored does not open', 60],
  recovery_pending: [503, 'The token is being looked at', 5],
  refresh_failed: [503, 'The token could not be refreshed', 60],
  service_unavailable: [503, 'A part of the service does not answer', 5],
} as const satisfies Record<string, Row>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal to be answered as a problem document. @see https://www.rfc-editor.org/rfc/rfc9457 */
export class Problem extends Error {
  override name = 'Problem';

  /** @param detail what happened and what to do, for people; never anything a provider said */
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
  return new Problem('not_found', `There is no ${what} of that id.`);
}

/** 400 about one field. */
export function invalidField(field: string, message: string): Problem {
  return new Problem('invalid_request', `This field is not as it should be: ${field} ${message}.`, {
    errors: [{ field, message }],
  });
}
