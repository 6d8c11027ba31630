import axios from 'axios';
import {
  EvergrantError,
  ReconnectRequiredError,
  TokenRejectedError,
  type Token,
  createEvergrantClient,
} from '../../client/index';
import { DAY_MS } from '../../core/time';
import { API_KEY, type TestApi, useApi } from '../support/api';
import { type Stack } from '../support/stack';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));
afterEach(() => stack.calm());

const client = () => createEvergrantClient({ baseUrl: api.url, apiKey: API_KEY });
type Me = { username?: string; error?: { code: number; error_subcode: number } };
const read = async (url: string) => (await (await fetch(url)).json()) as Me;
const meUrl = (accessToken: string) => `${stack.simulatorUrl}/me?fields=username&access_token=${accessToken}`;
/** Instagram refuses the account's tokens so often. */
const refuse = (account: string, times: number) =>
  stack.simulator.addFault({
    match: { path: '/me', account },
    times,
    error: { code: 190, subcode: 463 },
    status: 400,
  });
const calls = () => stack.simulator.requests().filter(({ path }) => path === '/me').length;
const tokenReads = (log: string[]) => log.filter((line) => line.includes('/token ')).length;

/** A client whose requests are counted. */
function watched() {
  const log: string[] = [];
  const watching = createEvergrantClient({
    baseUrl: api.url,
    apiKey: API_KEY,
    fetch: async (request) => {
      const answer = await fetch(request);
      log.push(
        `${(request as Request).method} ${new URL((request as Request).url).pathname} ${answer.status}`,
      );
      return answer;
    },
  });
  return { client: watching, log };
}

// How people call Instagram: each says in its own way that a token was refused.
const WAYS: [string, (token: Token) => Promise<unknown>, (result: unknown) => Promise<unknown>][] = [
  [
    'the Response of fetch',
    ({ accessToken }) => fetch(meUrl(accessToken)),
    async (answer) => ((await (answer as Response).json()) as Me).username,
  ],
  [
    'the JSON of the answer',
    ({ accessToken }) => read(meUrl(accessToken)),
    async (answer) => (answer as Me).username,
  ],
  [
    'an error of axios',
    async ({ accessToken }) => (await axios.get(meUrl(accessToken))).data,
    async (answer) => (answer as Me).username,
  ],
  [
    'TokenRejectedError',
    async ({ accessToken }) => {
      const answer = await read(meUrl(accessToken));
      if (answer.error?.code === 190) throw new TokenRejectedError(190, answer.error.error_subcode);
      return answer.username;
    },
    async (answer) => answer,
  ],
];

test.each(WAYS)('a 190 told by %s is recovered, and the call repeated', async (way, call, usernameIn) => {
  const username = `way_${WAYS.findIndex(([name]) => name === way)}`;
  const { id, version } = await stack.connect(username);
  await stack.travel.advance(3 * DAY_MS);
  // The call, and Evergrant's own probe: dead to both, until it is refreshed.
  refuse(username, 2);
  const seen: number[] = [];
  const result = await client().withToken(id, (token) => {
    seen.push(token.version);
    return call(token);
  });
  expect(await usernameIn(result)).toBe(username);
  expect(seen).toEqual([version, version + 1]);
  expect(stack.refreshCalls(username)).toBe(1);
});

test('a token is kept for as long as Evergrant allows, and 20 callers who are refused ask once', async () => {
  const { id } = await stack.connect('kept');
  await stack.travel.advance(3 * DAY_MS);
  const { client: one, log } = watched();
  const look = () => one.withToken(id, ({ accessToken }) => read(meUrl(accessToken)));
  await Promise.all([look(), look(), look()]);
  await look();
  expect(tokenReads(log)).toBe(1);
  const asked = calls();
  refuse('kept', 21);
  const answers = await Promise.all(Array.from({ length: 20 }, look));
  expect(answers.map(({ username }) => username)).toEqual(Array(20).fill('kept'));
  expect(log.filter((line) => line.includes('/token-rejections'))).toHaveLength(1);
  expect(tokenReads(log)).toBe(2);
  expect(stack.refreshCalls('kept')).toBe(1);
  // 20 refused, the probe, the new token's probe, 20 again.
  expect(calls() - asked).toBe(42);
});

test('a false alarm repeats the call with the same token; what is refused again is shown, and not a third time', async () => {
  const { id, version } = await stack.connect('alarm');
  refuse('alarm', 1);
  const seen: number[] = [];
  const call = async ({ accessToken, version: used }: Token) => {
    seen.push(used);
    return read(meUrl(accessToken));
  };
  expect((await client().withToken(id, call)).username).toBe('alarm');
  expect(seen).toEqual([version, version]);

  const refused = { error: { code: 190, message: 'no' } };
  let times = 0;
  expect(await client().withToken(id, () => (times++, refused))).toBe(refused);
  await expect(
    client().withToken(id, () => (times++, Promise.reject(new TokenRejectedError()))),
  ).rejects.toThrow(TokenRejectedError);
  expect(times).toBe(4);
  expect((await stack.row(id)).state).toBe('active');
});

test('what is no refusal is passed on as it is', async () => {
  const { id } = await stack.connect('plain');
  const one = client();
  const answers = [{ error: { code: 4 } }, { error: null }, { error: 'text' }, null, undefined, 7, 'text'];
  for (const answer of answers) expect(await one.withToken(id, () => answer)).toBe(answer);
  const failure = new Error('my own');
  await expect(one.withToken(id, () => Promise.reject(failure))).rejects.toBe(failure);
  const limited = new Response('{"error":{"code":4}}', { status: 400 });
  expect(await (await one.withToken(id, () => limited)).json()).toEqual({ error: { code: 4 } });
});

test('a dead token asks for a reconnect with its reason and link, also of those who come later', async () => {
  const { id } = await stack.connect('dead');
  await stack.travel.advance(3 * DAY_MS);
  stack.simulator.invalidate('dead', 460);
  const one = client();
  const look = () => one.withToken(id, ({ accessToken }) => read(meUrl(accessToken)));
  const first = await look().catch((error: unknown) => error);
  expect(first).toBeInstanceOf(ReconnectRequiredError);
  expect(first).toMatchObject({
    code: 'reconnect_required',
    status: 409,
    reason: 'password_changed',
    reconnectUrl: expect.stringContaining(`${api.url}/connect/`),
  });
  const later = await look().catch((error: unknown) => error);
  expect(later).toBeInstanceOf(ReconnectRequiredError);
  expect(later).toMatchObject({ reason: 'password_changed', reconnectUrl: expect.any(String) });
});

test('without a clear answer the caller is told when to ask again, and nothing expires', async () => {
  const { id } = await stack.connect('unclear');
  stack.simulator.addFault({ match: { path: '/me', account: 'unclear' }, status: 503 });
  stack.simulator.addFault({ match: { path: '/refresh_access_token', account: 'unclear' }, status: 503 });
  const failure = await client()
    .withToken(id, () => ({ error: { code: 190 } }))
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EvergrantError);
  expect(failure).toMatchObject({ code: 'recovery_pending', retryAfterSeconds: expect.any(Number) });
  expect((await stack.row(id)).state).toBe('recovering');
});
