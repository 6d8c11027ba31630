import { createMetrics } from '../../adapters/metrics';
import { createOutgoing } from '../../adapters/outgoing/post';
import { Secret } from '../../core/access/secret';
import { createApp } from '../../http/app';
import { type HttpDeps, type Site } from '../../http/deps';
import { LIMITS, createLimits } from '../../http/middleware/limits';
import { listen } from '../../http/server';
import { cookieJar } from './cookies';
import { createTokenUses } from '../../services/token-uses';
import { type Stack, startStack } from './stack';

/** Tests send as much as they like. */
export const UNLIMITED = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, 1_000_000]));
export const API_KEY = 'evg_test_key';

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, else the text; null without a body. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

type Options = { headers?: Record<string, string>; body?: unknown };

export interface Verbs {
  request(method: string, path: string, options?: Options): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body?: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

export interface Browser extends Verbs {
  /** The header that it sends. */
  cookies(): Record<string, string>;
}

/** The API over a stack, listening on a port of its own. Its verbs use the bootstrap key. */
export interface TestApi extends Verbs {
  url: string;
  deps: HttpDeps;
  /** The same with another key, or none. */
  as(key: string | null): Verbs;
  /** Without a key, but with cookies: what the API sets comes back to it. */
  browser(): Browser;
  stop(): Promise<void>;
}

type Changed = Partial<Omit<HttpDeps, 'site'>> & { site?: Partial<Site> };

export async function startApi(
  stack: Stack,
  changed: Changed = {},
  extend: (app: ReturnType<typeof createApp>, deps: HttpDeps) => void = () => undefined,
): Promise<TestApi> {
  // The links it makes name its port, which is known only once it listens.
  const late: { app?: ReturnType<typeof createApp> } = {};
  const answering = {
    fetch: (request: Request, env: unknown) => late.app?.fetch(request, env as object) ?? new Response(),
  };
  const listening = await listen(answering, { host: '127.0.0.1', port: 0, setting: 'none' });
  const url = `http://127.0.0.1:${listening.port}`;
  const deps: HttpDeps = {
    ...stack.deps,
    poolWatch: { isDead: () => false },
    wallClock: stack.simulator.clock,
    metrics: createMetrics(),
    outgoing: createOutgoing({ development: true }),
    lifecycles: stack.lifecycles,
    temporal: stack.client,
    apiKey: new Secret(API_KEY),
    forwardMessageText: false,
    console: { messages: false, temporalUiUrl: null, sandbox: null },
    limits: createLimits(UNLIMITED),
    tokenUses: createTokenUses(stack.deps),
    ...changed,
    site: {
      publicUrl: url,
      productName: 'Shopdesk',
      supportUrl: 'https://shopdesk.example/help',
      logoUrl: null,
      accent: null,
      appOrigins: ['https://app.shopdesk.example'],
      isTrustedProxy: () => false,
      trustedUserHeader: null,
      allowedHosts: [],
      ...changed.site,
    },
  };
  late.app = createApp(deps);
  extend(late.app, deps);
  const as = (key: string | null) => verbs(url, key);
  return {
    ...as(API_KEY),
    url,
    deps,
    as,
    browser: () => withCookies(url),
    stop: async () => {
      await listening.close();
      await deps.tokenUses.flush();
    },
  };
}

/**
 * A stack and the API over it for all tests of a file.
 * @param begin is given both before the first test
 */
export function useApi(
  begin: (started: { stack: Stack; api: TestApi }) => void,
  options: Parameters<typeof startStack>[0] & { api?: (stack: Stack) => Changed } = {},
): void {
  const { api: changed = () => ({}), ...stackOptions } = options;
  let started: { stack: Stack; api: TestApi } | undefined;
  beforeAll(async () => {
    const stack = await startStack(stackOptions);
    started = { stack, api: await startApi(stack, changed(stack)) };
    begin(started);
  });
  afterAll(async () => {
    await started?.api.stop();
    await started?.stack.stop();
  });
}

/** Verbs that keep cookies as a browser does: by host name, whatever the port, until they are cleared. */
function withCookies(url: string): Browser {
  const jar = cookieJar();
  const plain = verbs(url, null);
  const kept = verbsOf(async (method, path, options = {}) => {
    const isOurs = new URL(path, url).hostname === new URL(url).hostname;
    const headers = { ...(isOurs && jar.headers()), ...options.headers };
    const answer = await plain.request(method, path, { ...options, headers });
    if (isOurs) jar.take(answer.headers);
    return answer;
  });
  return { ...kept, cookies: jar.headers };
}

function verbs(url: string, key: string | null): Verbs {
  return verbsOf(request);

  async function request(
    method: string,
    path: string,
    { headers = {}, body }: Options = {},
  ): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text || null,
    };
  }
}

function verbsOf(request: Verbs['request']): Verbs {
  return {
    request,
    get: (path) => request('GET', path),
    post: (path, body, headers = {}) => request('POST', path, { body, headers }),
    patch: (path, body) => request('PATCH', path, { body }),
    delete: (path) => request('DELETE', path),
  };
}
