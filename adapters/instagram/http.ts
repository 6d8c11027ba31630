import axios, { type AxiosInstance } from 'axios';
import { parse } from 'lossless-json';
import { type Secret } from '../../core/access/secret';
import { type Clock } from '../clock';
import { type Counters } from '../metrics';
import { ProviderError } from './provider-error';
import { type Reader, UnexpectedShape } from './reading';
import { type TunnelAgent, goesThroughTunnel } from './tunnel';
import { type UsageReport, usageOf } from './usage';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

export interface ProviderRequest<T = unknown> {
  method: 'GET' | 'POST';
  url: string;
  /** What the call is, for metrics and errors: never the URL, which carries the token. */
  operation: string;
  token?: Secret;
  query?: Record<string, string>;
  form?: Record<string, string>;
  json?: unknown;
  timeoutMs?: number;
  /** Takes what is needed out of the answer's body. */
  read: Reader<T>;
}

export interface ProviderAnswer<T> {
  value: T;
  /** The provider's clock in epoch ms by its `Date` header, or null. */
  date: number | null;
  /** Epoch ms at which the request began. */
  startedAt: number;
}

export type GatedCall = Pick<ProviderRequest, 'operation' | 'token'>;

/** Defers calls while Instagram asks for fewer of them. */
export interface Gate {
  /** Resolves when the call may be made. @throws ProviderError of class `throttled` when that is too far off */
  enter(call: GatedCall): Promise<void>;
  /** Learns from an answer. */
  leave(call: GatedCall, answer: { usage: UsageReport; error: ProviderError | null }): Promise<void>;
}

export type ProviderHttp = ReturnType<typeof createProviderHttp>;

export interface ProviderHttpOptions {
  counters?: Counters;
  gate?: Gate;
  tunnel?: TunnelAgent | undefined;
  /** Called after each call that was made. @param error null: it succeeded */
  noteCall?: (error: ProviderError | null) => void;
  /** Called for each field of an answer that could not be read. Never receives a value. */
  noteUnreadable?: (operation: string, field: string) => void;
}

/**
 * Calls Meta's hosts. Follows no redirects and no proxy but the one it is given, reads whole numbers beyond 2^53 as
 * text, and throws nothing but `ProviderError`, which holds no part of a URL, header or body.
 */
export function createProviderHttp(
  clock: Clock,
  { counters, gate, tunnel, noteCall, noteUnreadable }: ProviderHttpOptions = {},
) {
  const http: AxiosInstance = axios.create({
    maxRedirects: 0,
    proxy: false,
    maxContentLength: MAX_ANSWER_BYTES,
    maxBodyLength: 64 * 1024,
    responseType: 'text',
    // axios would parse, and round, the numbers itself
    transformResponse: [(text: unknown) => text],
    validateStatus: () => true,
  });

  return async function call<T>(request: ProviderRequest<T>): Promise<ProviderAnswer<T>> {
    await gate?.enter(request);
    const startedAt = clock.now();
    const began = performance.now();
    const answer = await send(http, request, tunnel).catch((error: unknown) => {
      counters?.providerCall(request.operation, 'no_answer', performance.now() - began);
      const noAnswer = ProviderError.noAnswer(
        request.operation,
        (error as { code?: string }).code ?? 'unknown',
      );
      noteCall?.(noAnswer);
      throw noAnswer;
    });
    counters?.providerCall(
      request.operation,
      `${Math.floor(answer.status / 100)}xx`,
      performance.now() - began,
    );
    const { status, headers } = answer;
    const body = parseBody(answer.data);
    const isFine = status >= 200 && status < 300 && !hasError(body);
    const error = isFine
      ? null
      : ProviderError.refused(request.operation, status, body, headers['retry-after'], clock.now());
    noteCall?.(error);
    // What is learnt here helps the next call; this one has its answer.
    await gate?.leave(request, { usage: usageOf(headers), error }).catch(() => undefined);
    if (error) throw error;
    const note = (field: string) => noteUnreadable?.(request.operation, field);
    return { value: readAnswer(request, status, body, note), date: parseDate(headers['date']), startedAt };
  };
}

/** Takes out of a successful answer what was asked for. @throws ProviderError `unreadable` */
export function readAnswer<T>(
  { read, operation }: Pick<ProviderRequest<T>, 'read' | 'operation'>,
  status: number,
  body: unknown,
  note: (field: string) => void,
): T {
  try {
    return read(body, note);
  } catch (error) {
    if (!(error instanceof UnexpectedShape)) throw error;
    note(error.field);
    throw ProviderError.unreadable(operation, status, error.field);
  }
}

async function send(http: AxiosInstance, request: ProviderRequest, tunnel: TunnelAgent | undefined) {
  return http.request<string>({
    method: request.method,
    url: request.url,
    ...(tunnel && goesThroughTunnel(request.url) && { httpsAgent: tunnel }),
    timeout: request.timeoutMs ?? TIMEOUT_MS,
    // the socket's own idle limit does not cover a peer that never answers the connect
    signal: AbortSignal.timeout((request.timeoutMs ?? TIMEOUT_MS) + 1_000),
    params: { ...request.query, ...(request.token && { access_token: request.token.reveal() }) },
    ...(request.form && { data: new URLSearchParams(request.form) }),
    ...(request.json !== undefined && { data: request.json }),
  });
}

/** JSON with ids of any size kept as text; undefined when it is none. */
export function parseBody(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return parse(text, null, (number) => (/^-?\d{16,}$/.test(number) ? number : Number(number)));
  } catch {
    return undefined;
  }
}

function hasError(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  const { error, error_type: errorType } = body as Record<string, unknown>;
  return Boolean(error ?? errorType);
}

function parseDate(header: unknown): number | null {
  const at = typeof header === 'string' ? Date.parse(header) : NaN;
  return Number.isNaN(at) ? null : at;
}
