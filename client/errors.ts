import { type components } from './openapi.js';

type Integration = components['schemas']['Integration'];

/**
 * A request that Evergrant refused, or that got no answer.
 * @see https://www.rfc-editor.org/rfc/rfc9457 for the problem documents behind it
 */
export class EvergrantError extends Error {
  override name = 'EvergrantError';
  /** Stable, as in `docs/errors.md`: `not_found`, `rate_limited`, …; `no_answer`: Evergrant could not be reached in time. */
  readonly code: string;
  /** HTTP status; 0: there was no answer. */
  readonly status: number;
  /** Seconds after which a retry may help; null: Evergrant named none. */
  readonly retryAfterSeconds: number | null;
  /** The other fields of the problem document, such as `errors` of `invalid_request`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    message: string,
    about: {
      code: string;
      status: number;
      retryAfterSeconds?: number | null;
      details?: Record<string, unknown>;
      cause?: unknown;
    },
  ) {
    super(message, { cause: about.cause });
    this.code = about.code;
    this.status = about.status;
    this.retryAfterSeconds = about.retryAfterSeconds ?? null;
    this.details = about.details ?? {};
  }
}

/** Only the account's owner can help: show them `reconnectUrl`. */
export class ReconnectRequiredError extends EvergrantError {
  override name = 'ReconnectRequiredError';

  constructor(
    message: string,
    /** Why the connection ended, as `integration.reason`. */
    readonly reason: Integration['reason'],
    /** Where its owner reconnects it; null: the API key lacks the scope `operate`. */
    readonly reconnectUrl: string | null,
    details: Record<string, unknown> = {},
  ) {
    super(message, { code: 'reconnect_required', status: 409, details });
  }
}

/**
 * Thrown by the function that `withToken` calls when Instagram answers with code 190 or 102.
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export class TokenRejectedError extends Error {
  override name = 'TokenRejectedError';

  constructor(
    /** `error.code` of Instagram's answer. */
    readonly code: 190 | 102 = 190,
    /** `error.error_subcode`, if there is one. */
    readonly subcode: number | null = null,
    options?: ErrorOptions,
  ) {
    super(`Instagram refused the access token (code ${code}).`, options);
  }
}

/** A webhook request that Evergrant did not sign, or that is older than 5 minutes. Answer it with 400. */
export class WebhookVerificationError extends Error {
  override name = 'WebhookVerificationError';
}
