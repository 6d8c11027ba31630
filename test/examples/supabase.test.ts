import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import getConversationsOwn from '../../examples/supabase/functions/get-conversations/own-calls';
import getConversationsThrough from '../../examples/supabase/functions/get-conversations/through-evergrant';
import getMessagesOwn from '../../examples/supabase/functions/get-messages/own-calls';
import getMessagesThrough from '../../examples/supabase/functions/get-messages/through-evergrant';
import sendMessageOwn from '../../examples/supabase/functions/send-message/own-calls';
import sendMessageThrough from '../../examples/supabase/functions/send-message/through-evergrant';
import { DAY_MS, MINUTE_MS } from '../../core/time';
import { API_KEY, type TestApi, startApi } from '../support/api';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

type Endpoint = (request: Request) => Promise<Response>;

const USER = 'owner-1';
const before = { ...process.env };
let stack: Stack;
let api: TestApi;
let supabase: Server;
beforeAll(async () => {
  stack = await startStack();
  api = await startApi(stack);
  supabase = createServer((request, response) => {
    const name = request.headers.authorization?.replace('Bearer ', '');
    response
      .writeHead(request.url === '/auth/v1/user' && name !== 'forged' ? 200 : 401)
      .end(JSON.stringify({ id: name }));
  });
  await new Promise<void>((listening) => supabase.listen(0, '127.0.0.1', listening));
});
beforeEach(() =>
  Object.assign(process.env, {
    EVERGRANT_URL: api.url,
    EVERGRANT_API_KEY: API_KEY,
    INSTAGRAM_GRAPH_URL: stack.simulatorUrl,
    SUPABASE_URL: `http://127.0.0.1:${(supabase.address() as AddressInfo).port}`,
    SUPABASE_ANON_KEY: 'anon',
  }),
);
afterEach(() => stack.calm());
afterAll(async () => {
  process.env = before;
  supabase.closeAllConnections();
  supabase.close();
  await api.stop();
  await stack.stop();
});

interface Shop {
  account: string;
  id: string;
  conversationId: string;
  recipientId: string;
}
async function openShop(account: string): Promise<Shop> {
  const { id: us } = stack.simulator.addAccount({ username: account, conversations: 2 });
  const { id } = await stack.connect(account);
  const { body } = await api.get(`/v1/integrations/${id}/conversations`);
  const [{ id: conversationId, participants }] = body.data;
  const recipientId = participants.find((one: { id: string }) => one.id !== us).id;
  await stack.travel.advance(2 * DAY_MS);
  return { account, id, conversationId, recipientId };
}

const asked = (query: Record<string, string>, options: RequestInit = {}, user: string | null = USER) =>
  new Request(`http://functions.example/f?${new URLSearchParams(query)}`, {
    ...options,
    headers: {
      ...(user && { authorization: `Bearer ${user}` }),
      ...(options.headers as Record<string, string>),
    },
  });
const TEXT = 'Thank you!';
const REQUESTS = {
  'get-conversations': (shop: Shop) => asked({ integrationId: shop.id }),
  'get-messages': (shop: Shop) => asked({ integrationId: shop.id, conversationId: shop.conversationId }),
  'send-message': (shop: Shop, key = 'one') =>
    asked(
      { integrationId: shop.id },
      {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: JSON.stringify({ recipientId: shop.recipientId, text: TEXT }),
      },
    ),
};
const PATHS: Record<keyof typeof REQUESTS, (shop: Shop) => string> = {
  'get-conversations': () => '/me/conversations',
  'get-messages': (shop) => `/${shop.conversationId}`,
  'send-message': () => '/me/messages',
};
const ALL: [keyof typeof REQUESTS, string, Endpoint][] = [
  ['get-conversations', 'through-evergrant', getConversationsThrough],
  ['get-conversations', 'own-calls', getConversationsOwn],
  ['get-messages', 'through-evergrant', getMessagesThrough],
  ['get-messages', 'own-calls', getMessagesOwn],
  ['send-message', 'through-evergrant', sendMessageThrough],
  ['send-message', 'own-calls', sendMessageOwn],
];
const nameOf = (...words: string[]) => words.join('_').replaceAll('-', '_').slice(0, 30);
const sentBy = (shop: Shop) => stack.simulator.messages(shop.account).filter(({ text }) => text === TEXT);
const lastSeq = () => stack.simulator.requests().at(-1)?.seq ?? 0;
const statuses = (path: string, since: number) =>
  stack.simulator
    .requests(since)
    .filter((call) => call.path === path)
    .map((call) => call.status);

describe.each(ALL)('%s, %s', (name, form, handle) => {
  const make = (shop: Shop) => handle(REQUESTS[name](shop));

  test('answers', async () => {
    const shop = await openShop(nameOf('ok', name, form));
    const since = lastSeq();
    const answer = await make(shop);
    const body = (await answer.json()) as { data: { text?: string }[] };
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    if (name === 'send-message') {
      expect(body).toEqual({ messageId: expect.any(String), recipientId: shop.recipientId });
      expect(sentBy(shop)).toHaveLength(1);
    } else {
      expect(body).toEqual({ data: expect.any(Array), nextCursor: null });
      expect(body.data.length).toBeGreaterThan(0);
      if (name === 'get-messages') expect(body.data[0]?.text).toEqual(expect.any(String));
      else expect(body.data).toContainEqual(expect.objectContaining({ id: shop.conversationId }));
    }
    expect(statuses(PATHS[name](shop), since)).toEqual([200]);
  });

  test.each([190, 102])('after %i makes the call twice, unnoticed by the caller', async (code) => {
    const shop = await openShop(nameOf(`e${code}`, name, form));
    const path = PATHS[name](shop);
    for (const refused of [path, '/me'])
      stack.simulator.addFault({
        match: { path: refused, account: shop.account },
        times: 1,
        status: 400,
        error: { code, message: 'Error validating access token' },
      });
    const since = lastSeq();
    expect((await make(shop)).status).toBe(200);
    expect(statuses(path, since)).toEqual([400, 200]);
    expect(statuses('/refresh_access_token', since)).toEqual([200]);
    expect(await stack.row(shop.id)).toMatchObject({ state: 'active', version: 2 });
    expect(sentBy(shop)).toHaveLength(name === 'send-message' ? 1 : 0);
  });

  test('of a dead token says why and where to reconnect, and stops calling', async () => {
    const shop = await openShop(nameOf('dead', name, form));
    stack.simulator.invalidate(shop.account, 460);
    const since = lastSeq();
    const first = await make(shop);
    expect(first.status).toBe(409);
    expect(await first.json()).toEqual({
      code: 'reconnect_required',
      reason: 'password_changed',
      text: `@${shop.account} changed its Instagram password, which ended this connection. Reconnect to read and send messages again.`,
      reconnectUrl: expect.stringMatching(/\/connect\//),
    });
    for (let times = 0; times < 5; times += 1) expect((await make(shop)).status).toBe(409);
    expect(statuses(PATHS[name](shop), since)).toEqual([400]);
    expect(statuses('/refresh_access_token', since)).toHaveLength(1);
    expect(sentBy(shop)).toEqual([]);
  });

  test('answers 503 while Evergrant is down', async () => {
    process.env.EVERGRANT_URL = 'http://127.0.0.1:9';
    const answer = await make({ account: 'none', id: 'int_none', conversationId: '1', recipientId: '1' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toEqual({ code: 'evergrant_unavailable' });
  });

  test("is closed to strangers and for other people's accounts", async () => {
    const { id } = await stack.connect(nameOf('mine', name, form));
    const by = async (user: string | null) => (await handle(asked({ integrationId: id }, {}, user))).status;
    expect([await by(null), await by('forged'), await by('owner-2')]).toEqual([401, 401, 404]);
    expect((await handle(asked({}))).status).toBe(400);
    expect((await handle(asked({}, { method: 'OPTIONS' }, null))).status).toBe(204);
  });
});

test('a message that is sent twice under one key arrives once', async () => {
  const shop = await openShop('pressed_twice');
  const answers = await Promise.all([1, 2].map(() => sendMessageThrough(REQUESTS['send-message'](shop))));
  const [one, other] = await Promise.all(answers.map((answer) => answer.json()));
  expect(one).toEqual(other);
  expect(sentBy(shop)).toHaveLength(1);
});

test('own calls are asked to retry while the state of the token is unclear', async () => {
  const shop = await openShop('undecided');
  for (const error of [
    { path: '/me/conversations', code: 190, status: 400 },
    { path: '/*', code: 2, status: 503 },
  ])
    stack.simulator.addFault({
      match: { path: error.path, account: shop.account },
      status: error.status,
      error: { code: error.code },
    });
  const asked = getConversationsOwn(REQUESTS['get-conversations'](shop));
  // It waits for a decision, for as long as one may come: a minute later none has.
  await until(async () => (await stack.row(shop.id)).state === 'recovering');
  await stack.travel.advance(MINUTE_MS);
  const answer = await asked;
  expect([answer.status, await answer.json()]).toEqual([503, { code: 'recovery_pending' }]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('own sends whose answer is lost are not repeated', async () => {
  const shop = await openShop('lost_answer');
  stack.simulator.addFault({ match: { path: '/me/messages', account: shop.account }, drop: 'after' });
  const answer = await sendMessageOwn(REQUESTS['send-message'](shop));
  expect([answer.status, await answer.json()]).toEqual([502, { code: 'outcome_unknown' }]);
  expect(sentBy(shop)).toHaveLength(1);
});

test('own calls never pass on an address of Instagram, which would hold the token', async () => {
  const shop = await openShop('paged');
  const token = (await api.get(`/v1/integrations/${shop.id}/token`)).body.accessToken;
  stack.simulator.addFault({
    match: { path: '/me/conversations', account: shop.account },
    body: {
      data: [],
      paging: { cursors: { after: 'QVFI' }, next: `https://graph.example/?access_token=${token}` },
    },
  });
  const answer = await getConversationsOwn(REQUESTS['get-conversations'](shop));
  expect(await answer.json()).toEqual({ data: [], nextCursor: 'QVFI' });
});

test('as deployed, each function serves the form through Evergrant', async () => {
  const served: Endpoint[] = [];
  Object.assign(globalThis, { Deno: { serve: (handler: Endpoint) => served.push(handler) } });
  for (const name of Object.keys(REQUESTS)) await import(`../../examples/supabase/functions/${name}/index`);
  Object.assign(globalThis, { Deno: undefined });
  Reflect.deleteProperty(globalThis, 'Deno');
  expect(served).toEqual([getConversationsThrough, getMessagesThrough, sendMessageThrough]);
});
