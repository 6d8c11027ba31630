import { ProviderError } from './provider-error';

export interface Page<T> {
  data: T[];
  /** An opaque position, never a URL: those that Instagram gives carry the token. */
  nextCursor: string | null;
}

/**
 * Asks for a page, and for half of it as often as Instagram says that it is too much. The page may then be shorter than
 * `limit`; its cursor goes on where it ends.
 */
export async function askForLess<T>(limit: number, ask: (limit: number) => Promise<T>): Promise<T> {
  try {
    return await ask(limit);
  } catch (error) {
    const isTooMuch = error instanceof ProviderError && error.failure.problem === 'too_much_data';
    if (!isTooMuch || limit <= 1) throw error;
    return askForLess(Math.floor(limit / 2), ask);
  }
}
