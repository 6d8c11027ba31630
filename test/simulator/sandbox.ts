import {
  createSimulator,
  SANDBOX_APP_ID,
  SANDBOX_APP_SECRET,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/index';

export const START = Date.parse('2026-05-20T12:00:00.000Z');
export const REDIRECT_URI = 'http://127.0.0.1:3000/callback';
export const BASIC = 'instagram_business_basic';
export const MESSAGING = 'instagram_business_manage_messages';
export const HOUR_S = 3_600;
export const DAY_S = 86_400;

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // Answers are what is under test, so nothing is assumed of their shape.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

/** A simulator whose clock stands still until it is advanced, and short ways to talk to it. */
export function sandbox(options: SimulatorOptions = {}) {
  const simulator = createSimulator({ seed: 'test', clock: { now: () => START }, ...options });
  const request = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await simulator.app.request(path, init);
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? parseOr(text) : undefined,
    };
  };
  return {
    simulator,
    request,
    get: (path: string, query: Record<string, string> = {}, headers: Record<string, string> = {}) =>
      request(`${path}?${new URLSearchParams(query).toString()}`, { headers }),
    form: (path: string, fields: Record<string, string>) =>
      request(path, { method: 'POST', body: new URLSearchParams(fields) }),
    json: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    advance: (seconds: number) => simulator.clock.advance(seconds * 1_000),
  };
}

export type Sandbox = ReturnType<typeof sandbox>;

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const authorizeQuery = (changes: Record<string, string> = {}) => ({
  client_id: SANDBOX_APP_ID,
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  scope: `${BASIC},${MESSAGING}`,
  state: 'st-1',
  ...changes,
});

export const exchangeForm = (code: string, changes: Record<string, string> = {}) => ({
  client_id: SANDBOX_APP_ID,
  client_secret: SANDBOX_APP_SECRET,
  grant_type: 'authorization_code',
  redirect_uri: REDIRECT_URI,
  code,
  ...changes,
});

/** The code that an allowed consent of the account leads to. */
export async function consent(box: Sandbox, account: string, scopes?: string[]): Promise<string> {
  box.simulator.scriptLogin({ account, decision: 'allow', ...(scopes && { scopes }) });
  const { headers } = await box.get('/oauth/authorize', authorizeQuery());
  return new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
}

/** A short-lived token, the way an app gets it. */
export async function shortToken(box: Sandbox, account: string): Promise<string> {
  const { body } = await box.form('/oauth/access_token', exchangeForm(await consent(box, account)));
  return body.data[0].access_token;
}

export const longTokenQuery = (token: string, changes: Record<string, string> = {}) => ({
  grant_type: 'ig_exchange_token',
  client_secret: SANDBOX_APP_SECRET,
  access_token: token,
  ...changes,
});

export const refreshQuery = (token: string) => ({ grant_type: 'ig_refresh_token', access_token: token });

/** A shop with a long-lived token and as many conversations as asked for. */
export function shop(box: { simulator: Simulator }, conversations = 0) {
  const account = box.simulator.addAccount({ username: 'shop', conversations });
  return { ...account, token: box.simulator.generateToken('shop') };
}
