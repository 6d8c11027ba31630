import { type LastError } from '../core/facts';
import { type ProviderError } from '../adapters/instagram/provider-error';

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
