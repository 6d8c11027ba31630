import { DecryptFailed, KeyUnavailable } from '../../adapters/encryption/sealer';
import { type ProviderError } from '../../adapters/instagram/provider-error';
import { type Refusal, ownError } from '../../core/lifecycle/evidence';
import { type LastError } from '../../core/lifecycle/facts';

/** An error of Instagram as decisions read it. @param now epoch ms */
export function refusalOf(
  { code, subcode, status, failure, retryAfterMs, message }: ProviderError,
  now: number,
): Refusal {
  const word = String(code ?? (status === null ? 'no_answer' : `http_${status}`));
  const lastError = { code: word, subcode, class: failure.class, at: now, text: message };
  return { failure, code, subcode, retryAfterMs, lastError };
}

/** What a row remembers of a token that cannot be opened or sealed; null for any other error. */
export function sealingError(error: unknown, now: number): LastError | null {
  if (error instanceof KeyUnavailable) return ownError('key_unavailable', error.message, now);
  if (error instanceof DecryptFailed) return ownError('decrypt_failed', error.message, now);
  return null;
}
