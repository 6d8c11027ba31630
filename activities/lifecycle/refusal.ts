import { DecryptFailed, KeyUnavailable } from '../../adapters/encryption/sealer';
import { type ProviderError } from '../../adapters/instagram/provider-error';
import { type Refusal, ownError } from '../../core/lifecycle/evidence';
import { type LastError } from '../../core/lifecycle/facts';
import { lastFailureText } from '../../core/text/provider-failures';

/** An error of Instagram as decisions read it. @param now epoch ms */
export function refusalOf(
  { operation, status, code, subcode, codeText, failure, retryAfterMs }: ProviderError,
  now: number,
): Refusal {
  const answer = { code: codeText, subcode, class: failure.class };
  const text = lastFailureText(operation === 'refresh' ? 'refresh' : 'check', { ...answer, status });
  const lastError = { ...answer, at: now, text };
  return { failure, code, subcode, retryAfterMs, lastError };
}

/** What a row remembers of a token that cannot be opened or sealed; null for any other error. */
export function sealingError(error: unknown, now: number): LastError | null {
  if (error instanceof KeyUnavailable) return ownError('key_unavailable', error.message, now);
  if (error instanceof DecryptFailed) return ownError('decrypt_failed', error.message, now);
  return null;
}
