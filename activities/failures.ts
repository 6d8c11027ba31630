import { ApplicationFailure } from '@temporalio/activity';
import { DecryptFailed, KeyUnavailable } from '../adapters/encryption/sealer';
import { ClocksDiffer } from '../adapters/postgres/clock-check';
import { ProviderError } from '../adapters/instagram/provider-error';
import { FAILURE_TYPES } from '../core/failure-types';

type FailureType = (typeof FAILURE_TYPES)[keyof typeof FAILURE_TYPES];

/** Makes what an adapter threw safe to travel: a type, a sentence of ours, numbers. Nothing of the original text goes. */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof KeyUnavailable) return failure(FAILURE_TYPES.keyUnavailable, error.message);
  if (error instanceof DecryptFailed) return failure(FAILURE_TYPES.decryptFailed, error.message);
  if (error instanceof ClocksDiffer) return failure(FAILURE_TYPES.clocksDiffer, error.message);
  if (error instanceof ProviderError) return fromProvider(error);
  const code = (error as { code?: unknown } | null)?.code;
  const kind = typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
  return failure(FAILURE_TYPES.storeUnavailable, `The database could not be used (${kind}).`);
}

function fromProvider(error: ProviderError): ApplicationFailure {
  const numbers = { code: error.code, subcode: error.subcode, status: error.status };
  switch (error.failure.class) {
    case 'call':
      return failure(FAILURE_TYPES.callRefused, error.message, {
        nonRetryable: true,
        details: [{ ...numbers, problem: error.failure.problem }],
      });
    case 'throttled':
      return failure(FAILURE_TYPES.throttled, error.message, {
        details: [numbers],
        ...(error.retryAfterMs !== null && { nextRetryDelay: error.retryAfterMs }),
      });
    case 'terminal':
    case 'ambiguous':
    case 'owner_action':
      return failure(FAILURE_TYPES.tokenRejected, error.message, { details: [numbers] });
    default:
      return failure(FAILURE_TYPES.providerUnavailable, error.message, { details: [numbers] });
  }
}

export function failure(
  type: FailureType,
  message: string,
  options: { nonRetryable?: boolean; details?: unknown[]; nextRetryDelay?: number } = {},
): ApplicationFailure {
  return ApplicationFailure.create({ type, message, ...options });
}

export function noIntegration(): ApplicationFailure {
  return failure(FAILURE_TYPES.notConnected, 'There is no such integration.', {
    nonRetryable: true,
    details: [{ why: 'unknown' }],
  });
}
