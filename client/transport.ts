import createClient from 'openapi-fetch';
import { type Api } from './api';
import { EvergrantError, ReconnectRequiredError } from './errors';

export interface TransportOptions {
  /** Where Evergrant is, such as `https://evergrant.example.com`. */
  baseUrl: string;
  /** An API key. It needs the scopes of what is called; `withToken` needs `token`. */
  apiKey: string;
  /** Makes the requests; the runtime's own unless given. */
  fetch?: typeof globalThis.fetch;
  /** How long a call may take with its retries, in ms. Evergrant itself waits up to 20 s for a decision. */
  timeoutMs?: number;
  /** How often a request that may be repeated is repeated. */
  maxRetries?: number;
}

const TIMEOUT_MS = 30_000;
const MAX_RETRIES = 2;
const FIRST_PAUSE_MS = 200;
/** Marks a POST that has the same effect when it arrives twice. */
const REPEATABLE = 'evergrant-repeatable';
export const repeatable = { [REPEATABLE]: 'true' };

/** @throws EvergrantError from every call */
export function createApi(options: TransportOptions): Api {
  const { baseUrl, apiKey, timeoutMs = TIMEOUT_MS, maxRetries = MAX_RETRIES } = options;
  const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));

  async function request(first: Request): Promise<Response> {
    const signal = AbortSignal.any([first.signal, AbortSignal.timeout(timeoutMs)]);
    const mayRepeat = first.method !== 'POST' || isRepeatable(first);
    first.headers.delete(REPEATABLE);
    for (let retries = 0; ; retries++) {
      const isLast = retries >= maxRetries;
      const answer = await send(new Request(first.clone(), { signal })).catch((error: unknown) => {
        if (isLast || !mayRepeat || signal.aborted) throw noAnswer(error);
        return null;
      });
      if (answer?.ok) return answer;
      const pauseMs = pauseBefore(retries + 1, answer);
      // Too many requests: this one had no effect.
      const canHelp =
        !answer || answer.status === 429 || (mayRepeat && [502, 503, 504].includes(answer.status));
      const problem = answer && (await problemOf(answer));
      if (isLast || !canHelp || pauseMs > timeoutMs / 2 || problem?.code === 'outcome_unknown')
        throw problem ?? noAnswer(null);
      await pause(pauseMs, signal);
    }
  }

  return createClient({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${apiKey}` },
    fetch: request,
  }) as unknown as Api;
}

function isRepeatable({ headers }: Request): boolean {
  return headers.has(REPEATABLE) || headers.has('idempotency-key');
}

/** As long as Evergrant asks for, else longer each time. */
function pauseBefore(retry: number, answer: Response | null): number {
  const asked = Number(answer?.headers.get('retry-after') ?? NaN);
  if (Number.isFinite(asked)) return asked * 1_000;
  return FIRST_PAUSE_MS * 2 ** (retry - 1) * (0.5 + Math.random());
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => reject(noAnswer(signal.reason));
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', give);
      resolve();
    }, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), give()), { once: true });
  });
}

function noAnswer(cause: unknown): EvergrantError {
  return new EvergrantError('Evergrant did not answer.', { code: 'no_answer', status: 0, cause });
}

async function problemOf(answer: Response): Promise<EvergrantError> {
  const { status, headers } = answer;
  const text = await answer.text().catch(() => '');
  const { code, detail, ...details } = parse(text) as Record<string, unknown>;
  // A proxy in between answers in its own words.
  const message = typeof detail === 'string' ? detail : `Evergrant answered ${status}.`;
  if (code === 'reconnect_required') {
    const { reason, reconnectUrl } = details as { reason: never; reconnectUrl?: string | null };
    return new ReconnectRequiredError(message, reason, reconnectUrl ?? null, details);
  }
  const seconds = Number(headers.get('retry-after') ?? NaN);
  return new EvergrantError(message, {
    code: typeof code === 'string' ? code : 'unexpected_answer',
    status,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : null,
    details,
  });
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
