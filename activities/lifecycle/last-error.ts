import { type LastError } from '../../core/lifecycle/facts';
import { DecryptFailed, KeyUnavailable } from '../../adapters/encryption/sealer';
import { type ProviderError } from '../../adapters/instagram/provider-error';

/** What a row remembers of a provider's refusal. */
export function lastErrorOf(error: ProviderError, now: number): LastError {
  return {
    code: String(error.code ?? (error.status === null ? 'no_answer' : `http_${error.status}`)),
    subcode: error.subcode,
    class: error.failure.class,
    at: now,
    text: error.message,
  };
}

/** An error of our own making, by its word in `docs/errors.md`. */
export function ownError(code: string, text: string, now: number): LastError {
  return { code, subcode: null, class: 'service', at: now, text };
}

/** What a row remembers of a token that cannot be opened or sealed; null for any other error. */
export function sealingError(error: unknown, now: number): LastError | null {
  if (error instanceof KeyUnavailable) return ownError('key_unavailable', error.message, now);
  if (error instanceof DecryptFailed) return ownError('decrypt_failed', error.message, now);
  return null;
}
