import { EvergrantError, ReconnectRequiredError, TokenRejectedError } from './errors';
import { type components } from './openapi.js';
import { createShared } from './shared';
import { type Token, type TokenCache } from './token-cache';

type Recovery = components['schemas']['Recovery'];

/** What Instagram said of a token that it refused. */
export interface RejectionReport {
  /** Of the token that the call was made with. */
  version: number;
  /** `error.code`: 190 or 102. */
  code: number;
  /** `error.error_subcode`. */
  subcode?: number | null;
}

interface Parts {
  tokens: TokenCache;
  /** Waits for the decision. */
  report(integrationId: string, report: RejectionReport): Promise<Recovery>;
  /** Does not wait for it. */
  note(integrationId: string, report: RejectionReport): Promise<void>;
}

/** How a call ended: with a value, or with a refused token, and then with what the caller would have seen. */
type Outcome<T> = { refused: null; value: T } | { refused: TokenRejectedError; reveal: () => T };

/** Calls Instagram with the current token, and once more after a recovery. */
export function createWithToken({ tokens, report, note }: Parts) {
  /** By integration and version: all callers of one refused token wait for one decision. */
  const decideOnce = createShared<Recovery>();

  /** @throws ReconnectRequiredError | EvergrantError `recovery_pending`: nothing is decided yet */
  async function recover(integrationId: string, version: number, rejection: TokenRejectedError) {
    // Another caller was here before: there is a newer token already.
    if ((tokens.version(integrationId) ?? version) > version) return;
    const { code, subcode } = rejection;
    const { outcome, retryAfterSeconds, integration } = await decideOnce(`${integrationId}/${version}`, () =>
      report(integrationId, { version, code, subcode }),
    );
    if (outcome === 'verified_ok') return;
    tokens.drop(integrationId, version);
    if (outcome === 'expired') {
      const text = integration.banner?.text ?? 'The account must be connected again.';
      throw new ReconnectRequiredError(text, integration.reason, integration.reconnectUrl);
    }
    if (outcome === 'undecided')
      throw new EvergrantError('Instagram gave no clear answer about the token yet. Try again later.', {
        code: 'recovery_pending',
        status: 503,
        retryAfterSeconds: retryAfterSeconds ?? null,
        cause: rejection,
      });
  }

  return async function withToken<T>(
    integrationId: string,
    call: (token: Token) => T | Promise<T>,
  ): Promise<T> {
    const token = await tokens.get(integrationId);
    const first = await attempt(call, token);
    if (!first.refused) return first.value;
    await recover(integrationId, token.version, first.refused);
    const next = await tokens.get(integrationId);
    const second = await attempt(call, next);
    if (!second.refused) return second.value;
    const { code, subcode } = second.refused;
    await note(integrationId, { version: next.version, code, subcode }).catch(() => undefined);
    return second.reveal();
  };
}

async function attempt<T>(call: (token: Token) => T | Promise<T>, token: Token): Promise<Outcome<T>> {
  try {
    const value = await call(token);
    const refused = rejectionIn(await bodyOf(value));
    return refused ? { refused, reveal: () => value } : { refused: null, value };
  } catch (error) {
    const refused = error instanceof TokenRejectedError ? error : rejectionIn(answerBehind(error));
    if (!refused) throw error;
    const reveal = () => {
      throw error;
    };
    return { refused, reveal };
  }
}

/** Of a `Response` that is an error: its JSON, which the caller can still read. Of anything else: itself. */
async function bodyOf(value: unknown): Promise<unknown> {
  if (typeof Response === 'undefined' || !(value instanceof Response)) return value;
  if (value.ok || value.bodyUsed) return null;
  return value
    .clone()
    .json()
    .catch(() => null);
}

/** The answer that an HTTP library's error carries. */
function answerBehind(error: unknown): unknown {
  return (error as { response?: { data?: unknown } } | null)?.response?.data;
}

/** @see https://developers.facebook.com/docs/graph-api/guides/error-handling */
function rejectionIn(answer: unknown): TokenRejectedError | null {
  const { error } = (answer ?? {}) as { error?: { code?: unknown; error_subcode?: unknown } | null };
  const code = Number(error?.code);
  if (code !== 190 && code !== 102) return null;
  const subcode = Number(error?.error_subcode ?? NaN);
  return new TokenRejectedError(code, Number.isSafeInteger(subcode) ? subcode : null);
}
