import { isRecord } from '../../core/is-record';
import { type ConnectRefusal, connectRefusalOf } from '../../core/access/connect-refusals';
import { type Answer, type CallProblem, type Failure, classify } from '../../core/lifecycle/failure';
import { retryAfterMs } from '../../core/retry-after';

/** A call to Instagram that did not succeed. Its text is ours; of the answer it keeps numbers alone. */
export class ProviderError extends Error {
  override name = 'ProviderError';

  private constructor(
    readonly operation: string,
    readonly status: number | null,
    readonly code: number | null,
    readonly subcode: number | null,
    readonly failure: Failure,
    /** How long the provider asks to wait, in ms, when it says. */
    readonly retryAfterMs: number | null,
    text: string,
    /** With class `unreadable`: the field that could not be read. */
    readonly field: string | null = null,
    /** What a step of connecting was refused for, where Instagram's words say so. */
    readonly refusal: ConnectRefusal | null = null,
  ) {
    super(text);
  }

  /** Its code as rows and answers of ours show it: Meta's as text, `http_<status>`, `unreadable:<field>` or `no_answer`. */
  get codeText(): string {
    if (this.field !== null) return `unreadable:${this.field}`;
    if (this.code !== null) return String(this.code);
    return this.status === null ? 'no_answer' : `http_${this.status}`;
  }

  static noAnswer(operation: string, cause: string): ProviderError {
    const answer: Answer = { status: null, code: null, subcode: null, message: null, isTransient: false };
    return new ProviderError(
      operation,
      null,
      null,
      null,
      classify(answer),
      null,
      `${operation}: no answer (${cause})`,
    );
  }

  /** Not made: Instagram asked to wait, or the account's calls come too fast. @param waitMs until it may be made */
  static heldBack(operation: string, waitMs: number): ProviderError {
    const failure = classify({ status: 429, code: null, subcode: null, message: null, isTransient: false });
    const text = `${operation}: deferred to stay within Instagram's limits`;
    return new ProviderError(operation, 429, null, null, failure, Math.ceil(waitMs), text);
  }

  /** Not made: earlier calls of its kind were refused, and this one would be, too. */
  static knownRefusal(operation: string, problem: CallProblem): ProviderError {
    const failure: Failure = { class: 'call', reason: null, problem, throttles: null };
    return new ProviderError(operation, null, null, null, failure, null, `${operation}: ${problem}`);
  }

  /** 2xx, yet not what was asked for: it says nothing about the token. @param field what is missing or odd, by name */
  static unreadable(operation: string, status: number, field: string): ProviderError {
    const failure: Failure = { class: 'unreadable', reason: null, problem: null, throttles: null };
    const text = `${operation}: unreadable answer (${field})`;
    return new ProviderError(operation, status, null, null, failure, null, text, field);
  }

  /** @param now epoch ms, for a `Retry-After` that is a date */
  static refused(
    operation: string,
    status: number,
    body: unknown,
    retryAfter: unknown,
    now: number,
  ): ProviderError {
    const answer = answerOf(status, body);
    const code = [answer.code, answer.subcode].filter((n) => n !== null).join('/');
    // A server's failure has the same code whatever fails.
    const numbers = code === '' || status >= 500 ? `HTTP ${status}${code && ` (${code})`}` : code;
    return new ProviderError(
      operation,
      status,
      answer.code,
      answer.subcode,
      classify(answer),
      retryAfterMs(text(retryAfter), now),
      `${operation}: Instagram answered ${numbers}`,
      null,
      connectRefusalOf(operation, answer.message),
    );
  }
}

/**
 * Reads both of Meta's error shapes: nested on graph hosts, flat on the token host. A subcode of 0 means none.
 * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
export function answerOf(status: number, body: unknown): Answer {
  const outer = isRecord(body) ? body : {};
  const error = isRecord(outer.error) ? outer.error : outer;
  const subcode = integer(error.error_subcode);
  return {
    status,
    code: integer(error.code),
    subcode: subcode === 0 ? null : subcode,
    message: text(error.message) ?? text(error.error_message),
    isTransient: error.is_transient === true,
  };
}

/** A whole number, also one that came as text. */
function integer(value: unknown): number | null {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
