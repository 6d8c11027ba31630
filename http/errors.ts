import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { type Context } from 'hono';
import { ProviderError } from '../adapters/instagram/provider-error';
import { DecryptFailed, KeyUnavailable } from '../adapters/encryption/sealer';
import { databaseTrouble } from '../adapters/postgres/write-check';
import { NoToken } from '../services/usable-token';
import { recheckAfterSeconds } from './api/lifecycle/next-check';
import { type Caller } from './middleware/caller';
import { type HttpDeps } from './deps';
import { reconnectUrlFor } from './owner/links';
import { Problem, invalidField, notFound } from './problems';
import { ImportRefused } from '../core/importing/refusals';

/** For reconnect links in problem documents. */
export type ProblemDeps = Pick<HttpDeps, 'sealer' | 'clock' | 'site'>;

/** Turns any thrown value into a problem document. Unexpected errors are logged and answered as `internal`. */
export function answerError(
  deps: ProblemDeps & Pick<HttpDeps, 'logger'>,
  error: unknown,
  c: Context,
): Response {
  const problem = problemOf(deps, error, c.get('caller') as Caller | undefined);
  if (problem.code === 'internal') {
    deps.logger.error({ error: nameAndStack(error), path: c.req.routePath }, 'unexpected error');
  }
  return c.json(problem.document(deps.site.publicUrl), problem.status, {
    'content-type': 'application/problem+json',
    ...problem.headers,
  });
}

/** The problem for a thrown value. */
export function problemOf(deps: ProblemDeps, error: unknown, caller: Caller | undefined): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof NoToken) return fromNoToken(deps, error, caller);
  if (error instanceof ProviderError) return fromProvider(error);
  if (error instanceof ImportRefused) return fromImport(error);
  if (error instanceof KeyUnavailable)
    return new Problem(
      'key_unavailable',
      'The token cannot be decrypted: its encryption key is missing. Operators: check the key ring.',
    );
  if (error instanceof DecryptFailed)
    return new Problem(
      'decrypt_failed',
      'The stored data was damaged or moved, and is not used. Operators: check the events.',
    );
  if (error instanceof ServiceError || isGrpcServiceError(error))
    return new Problem('service_unavailable', 'Temporal is not responding. Try again in a moment.');
  if (isDatabaseError(error))
    return new Problem(
      'service_unavailable',
      `${databaseTrouble(error) ?? 'The database is not responding.'} Try again in a moment.`,
    );
  return new Problem('internal', 'The request was not completed. You can safely try again.');
}

function nameAndStack(error: unknown) {
  const { name, stack } = Object(error) as Partial<Error>;
  return { name: name ?? typeof error, stack };
}

function fromNoToken(deps: ProblemDeps, error: NoToken, caller: Caller | undefined): Problem {
  const { integration } = error;
  switch (error.why) {
    case 'unknown':
      return notFound('integration');
    case 'not_connected':
      return new Problem(
        'not_connected',
        'The owner has not connected the account yet. Send them a connect link.',
      );
    case 'disconnected':
      return new Problem(
        'disconnected',
        'This integration is disconnected. Create a new one to connect the account again.',
      );
    case 'reconnect_required':
      return new Problem(
        'reconnect_required',
        'The connection has expired. Its owner has to reconnect the account.',
        {
          reason: error.reason,
          reconnectUrl: integration && caller ? reconnectUrlFor(deps, caller, integration) : null,
        },
      );
    case 'recovery_pending':
      return new Problem(
        'recovery_pending',
        'Evergrant is checking whether the token is still valid. Try again shortly.',
        {},
        integration ? { 'retry-after': String(recheckAfterSeconds(integration, deps.clock.now())) } : {},
      );
  }
}

function fromImport({ why, product }: ImportRefused): Problem {
  switch (why) {
    case 'foreign':
      return new Problem(
        'grant_refused',
        `This is a token of ${product}. Evergrant needs one of the Instagram API with Instagram Login, which starts with IGAA.`,
      );
    case 'expired':
      return invalidField(
        'grant.expiresAt',
        'must be in the future: only the owner can replace an expired token',
      );
    case 'life_too_long':
      return invalidField('grant.expiresAt', 'must not exceed the lifetime of an Instagram token');
    case 'life_too_short':
      return invalidField('grant.expiresAt', 'must leave time to refresh the token');
    case 'not_exchanged':
      return new Problem(
        'grant_refused',
        'Instagram does not exchange this token, so its expiry is unknown: it may be of another app or product, or its account has no role in an app that is not live. If you know that it is long-lived, give `grant.expiresAt`.',
      );
    case 'refused':
      return new Problem(
        'grant_refused',
        'Instagram refused this token. Ask the owner to connect the account instead.',
      );
    case 'owner_action':
      return new Problem(
        'grant_refused',
        'Instagram requires a login confirmation of the account’s owner first. Ask the owner to open Instagram and follow its steps, then import the token again.',
      );
    case 'account_taken':
      return new Problem('account_taken', 'This Instagram account is already connected for another owner.');
  }
}

function fromProvider(error: ProviderError): Problem {
  const { retryAfterMs } = error;
  const asked = retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  switch (error.failure.class) {
    case 'throttled':
      return new Problem(
        'rate_limited',
        'Instagram limits the number of requests. Slow down.',
        { limitOf: 'instagram' },
        asked,
      );
    case 'app_level':
      return new Problem('provider_incident', 'Instagram refuses all requests of this app.', {}, asked);
    case 'call':
      return fromRefusedCall(error);
    case 'unreadable':
      return new Problem(
        'provider_unavailable',
        `Instagram answered, but not in a form that Evergrant can read (${error.operation}: ${error.field}).`,
        { why: 'unreadable', operation: error.operation, field: error.field },
      );
    case 'terminal':
    case 'ambiguous':
    case 'owner_action':
      return new Problem(
        'provider_rejected_call',
        'Instagram refuses this call although the token is valid.',
      );
    default:
      return new Problem(
        'provider_unavailable',
        'Instagram is not responding. Try again shortly.',
        {},
        asked,
      );
  }
}

function fromRefusedCall(error: ProviderError): Problem {
  const { problem } = error.failure;
  switch (problem) {
    case 'window_closed':
    case 'recipient_unavailable':
    case 'permission_missing':
    case 'app_access_missing':
    case 'other_app':
    case 'policy_blocked':
    case 'text_too_long':
      return new Problem(problem, REFUSALS[problem]);
    case 'not_found':
      return notFound('conversation or message');
    default:
      return new Problem('provider_rejected_call', REFUSALS.provider_rejected_call);
  }
}

/** Details of refused calls. */
export const REFUSALS = {
  window_closed: 'The messaging window is closed: the recipient has not written in the last 24 hours.',
  recipient_unavailable: 'This account cannot send messages to this recipient.',
  permission_missing:
    'The account does not allow this app to access messages. Its owner can reconnect and allow it.',
  app_access_missing:
    'Meta does not give this app access to messages. Operators: check the access level of instagram_business_manage_messages in the app dashboard.',
  other_app:
    'Another app handles this conversation. The owner has to choose this app in the account’s settings for connected apps, or the other app has to hand the conversation over.',
  policy_blocked: 'Instagram has restricted this account. The Instagram app shows its owner why.',
  text_too_long: 'Instagram accepts at most 1,000 bytes of text.',
  provider_rejected_call: 'Instagram refuses this call.',
} as const;

/** SQLSTATE classes and socket errors of an unavailable server. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DATABASE_ERROR_CODES =
  /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EPIPE|ETIMEDOUT|57P0|57014|25006|53|08)/;
const DATABASE_ERROR_TEXTS = /timeout exceeded when trying to connect|connection terminated|not queryable/i;

function isDatabaseError(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    (typeof code === 'string' && DATABASE_ERROR_CODES.test(code)) ||
    DATABASE_ERROR_TEXTS.test(String(message ?? ''))
  );
}
