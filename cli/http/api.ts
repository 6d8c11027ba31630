import { type AxiosResponse } from 'axios';
import { CLI_USER_HEADER } from '../../core/names';
import { Failure } from '../failures';
import { operatingSystemUser } from '../user';
import { Refusal, isProblem } from './problem';
import { type ApiSettings } from '../settings';

/** The API answers within 20 s; a call that takes longer than this has failed. */
const PATIENCE_MS = 60_000;

type Query = Record<string, string | number | undefined>;
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The answer of `/readyz`. */
export interface Readiness {
  ready: boolean;
  /** `database`, `temporal`, `key` */
  failing: string[];
  reasons?: Record<string, string>;
}

/** Evergrant's API as the commands use it. Every method throws `Refusal` for a problem document, else `Failure`. */
export interface Api {
  get<T>(path: string, query?: Query): Promise<T>;
  /** @param patience ms to wait for the answer; null: as long as it takes */
  post<T>(path: string, body?: unknown, patience?: number | null): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
  /** What it says of the parts that it needs, also when one fails. */
  readiness(): Promise<Readiness>;
  /** The time by the server's clock, which in a sandbox is not the machine's; epoch ms. */
  now(): number;
}

export function createApi(settings: ApiSettings): Api {
  let aheadMs = 0;

  async function call<T>(
    method: Method,
    path: string,
    options: { query?: Query; body?: unknown; patience?: number | null },
  ): Promise<T> {
    const response = await send(settings, method, path, options);
    const date = Date.parse(String(response.headers.date ?? ''));
    if (!Number.isNaN(date)) aheadMs = date - Date.now();
    return read(settings, response) as T;
  }

  return {
    get: (path, query) => call('GET', path, { ...(query && { query }) }),
    post: (path, body, patience) => call('POST', path, { body, ...(patience !== undefined && { patience }) }),
    patch: (path, body) => call('PATCH', path, { body }),
    delete: (path) => call('DELETE', path, {}),
    async readiness() {
      const response = await send(settings, 'GET', '/readyz', {});
      const body = parse(response.data) as Partial<Readiness> | undefined;
      return Array.isArray(body?.failing) ? (body as Readiness) : (read(settings, response) as Readiness);
    },
    now: () => Date.now() + aheadMs,
  };
}

async function send(
  { baseUrl, key }: ApiSettings,
  method: Method,
  path: string,
  { query, body, patience = PATIENCE_MS }: { query?: Query; body?: unknown; patience?: number | null },
): Promise<AxiosResponse<string>> {
  const { default: axios } = await import('axios');
  const { hostname } = new URL(baseUrl);
  try {
    return await axios.request<string>({
      method,
      url: `${baseUrl}${path}`,
      ...(query && { params: query }),
      ...(body !== undefined && { data: body }),
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        [CLI_USER_HEADER]: operatingSystemUser(),
      },
      timeout: patience ?? 0,
      maxRedirects: 0,
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
      // What runs on this machine is not behind a proxy.
      ...(/^(localhost|127\.|\[::1\])/.test(hostname) && { proxy: false }),
    });
  } catch (error) {
    throw unreachable(baseUrl, error as { code?: string; message: string });
  }
}

function read(settings: ApiSettings, response: AxiosResponse<string>): unknown {
  if (response.status === 204) return undefined;
  const body = parse(response.data);
  if (response.status === 401) throw unauthorized(settings);
  if (isProblem(body)) throw new Refusal(body, retryAfterOf(response));
  if (response.status >= 300 || body === undefined) {
    throw new Failure(`The server at ${settings.baseUrl} is not Evergrant (status ${response.status}).`, [
      'Set EVERGRANT_URL, or EVERGRANT_HTTP_PORT for this machine.',
    ]);
  }
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function retryAfterOf({ headers }: AxiosResponse): number | null {
  const seconds = Number(headers['retry-after'] ?? NaN);
  return Number.isFinite(seconds) ? seconds : null;
}

function unreachable(baseUrl: string, { code, message }: { code?: string; message: string }): Failure {
  if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') {
    return new Failure(`Evergrant at ${baseUrl} did not answer in time.`, [
      `Check its health at ${baseUrl}/readyz.`,
    ]);
  }
  return new Failure(`Could not connect to ${baseUrl} (${code ?? message}).`, [
    'Start Evergrant with `npm start`, or set EVERGRANT_URL.',
  ]);
}

function unauthorized({ key, keySource }: ApiSettings): Failure {
  if (key === null) {
    return new Failure(`No API key: EVERGRANT_API_KEY is not set and ${keySource} does not exist.`, [
      'Set EVERGRANT_API_KEY, or EVERGRANT_DATA_DIR to the data folder of the running `npm start`.',
    ]);
  }
  return new Failure(`Invalid API key. It was read from ${keySource}.`, [
    'Set EVERGRANT_API_KEY, or EVERGRANT_DATA_DIR to the data folder of the running `npm start`.',
  ]);
}
