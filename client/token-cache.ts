import { createShared } from './shared';

/** A token to call Instagram with. */
export interface Token {
  accessToken: string;
  /** Rises with every refresh and reconnect. */
  version: number;
  expiresAt: Date;
}

interface Fetched extends Token {
  cacheForSeconds: number;
}

interface Entry {
  token: Token;
  /** ms on the runtime's monotonic clock. */
  until: number;
}

/** Integrations whose tokens are kept; beyond, the oldest gives way. */
const MAX_TOKENS = 10_000;

/** Keeps tokens in memory for as long as Evergrant allows. Callers that need the same one share its request. */
export function createTokenCache(
  fetchToken: (integrationId: string) => Promise<Fetched>,
  now: () => number = () => performance.now(),
) {
  const kept = new Map<string, Entry>();
  const fetchOnce = createShared<Token>();

  async function fetchAndKeep(integrationId: string): Promise<Token> {
    const begun = now();
    const { cacheForSeconds, ...token } = await fetchToken(integrationId);
    const known = kept.get(integrationId)?.token;
    // An answer that was overtaken by a newer one.
    if (known && known.version > token.version) return known;
    kept.delete(integrationId);
    kept.set(integrationId, { token, until: begun + cacheForSeconds * 1_000 });
    const [oldest] = kept.keys();
    if (kept.size > MAX_TOKENS && oldest !== undefined) kept.delete(oldest);
    return token;
  }

  return {
    /** The current token, as far as known. */
    get(integrationId: string): Promise<Token> {
      const entry = kept.get(integrationId);
      if (entry && now() < entry.until) return Promise.resolve(entry.token);
      return fetchOnce(integrationId, () => fetchAndKeep(integrationId));
    },
    /** The version that is kept; null: none is. */
    version: (integrationId: string): number | null => kept.get(integrationId)?.token.version ?? null,
    /** Forgets a token of this version or an older one. */
    drop(integrationId: string, version: number): void {
      if ((kept.get(integrationId)?.token.version ?? Infinity) <= version) kept.delete(integrationId);
    },
  };
}

export type TokenCache = ReturnType<typeof createTokenCache>;
