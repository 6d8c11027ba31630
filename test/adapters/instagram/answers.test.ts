import fc from 'fast-check';
import { type Instagram, createInstagram } from '../../../adapters/instagram/client';
import {
  type ProviderHttp,
  createProviderHttp,
  parseBody,
  readAnswer,
} from '../../../adapters/instagram/http';
import { ProviderError } from '../../../adapters/instagram/provider-error';
import { REQUIRED_SCOPES } from '../../../adapters/instagram/settings';
import { Secret } from '../../../core/access/secret';
import { DAY_MS } from '../../../core/time';
import { type RunningSimulator, runSimulator } from '../../../simulator/index';

const TOKEN = 'IGAAvalid';
const token = new Secret(TOKEN);
const page = { cursor: null, limit: 50 };
const SENT = { recipientId: '1602510301006188', text: 'Hi', tag: null };

let running: RunningSimulator;
let instagram: Instagram;
/** Fields that were noted as unreadable, as `operation field`. */
let noted: string[];

beforeAll(async () => {
  running = await runSimulator({ port: 0, seed: 'answers' });
});
afterAll(() => running.close());
beforeEach(() => {
  noted = [];
  const http = createProviderHttp(running.simulator.clock, {
    noteUnreadable: (operation, field) => void noted.push(`${operation} ${field}`),
  });
  instagram = createInstagram(http, {
    appId: running.simulator.settings.appId,
    appSecret: new Secret(running.simulator.settings.appSecret),
    authorizeUrl: `${running.url}/oauth/authorize`,
    apiUrl: running.url,
    graphUrl: running.url,
    graphVersion: 'v25.0',
    scopes: REQUIRED_SCOPES,
  });
  running.simulator.clearFaults();
});

/** The next call gets this answer. */
function answer(body: unknown): void {
  running.simulator.addFault({ match: {}, status: 200, body: body as string, times: 1 });
}

/** Every operation, with an answer that it can read. */
const OPERATIONS: Record<string, { call: () => Promise<unknown>; body: Record<string, unknown> }> = {
  probe: {
    call: () => instagram.probe(token),
    body: { id: '1', user_id: '17841400000000001', username: 'shop' },
  },
  exchange_code: {
    call: () => instagram.exchangeCode({ code: new Secret('c'), redirectUri: 'http://127.0.0.1/' }),
    body: { access_token: 'IGAAshort', user_id: '1', permissions: 'instagram_business_basic' },
  },
  exchange: {
    call: () => instagram.exchangeForLongLived(token),
    body: { access_token: 'IGAAlong', token_type: 'bearer', expires_in: 5183944 },
  },
  refresh: {
    call: () => instagram.refreshToken(token),
    body: { access_token: 'IGAAnew', token_type: 'bearer', expires_in: 5183944 },
  },
  subscribe: { call: () => instagram.subscribe(token), body: { success: true } },
  send_message: {
    call: () => instagram.sendMessage(token, SENT),
    body: { recipient_id: '1602510301006188', message_id: 'm_1' },
  },
  list_messages: {
    call: () => instagram.listMessages(token, { ...page, conversationId: 'c1' }),
    body: { id: 'c1', messages: { data: [{ id: 'm_1', message: 'Hi' }] } },
  },
};
const LISTS = {
  list_conversations: {
    call: () => instagram.listConversations(token, page),
    wrap: (rows: unknown[]): unknown => ({ data: rows }),
  },
  list_messages: {
    call: () => instagram.listMessages(token, { ...page, conversationId: 'c1' }),
    wrap: (rows: unknown[]): unknown => ({ id: 'c1', messages: { data: rows } }),
  },
};

/** What was read, without what differs from call to call. */
function comparable(value: unknown): unknown {
  const {
    token: secret,
    issuedAt,
    expiresAt,
    clockSkewMs: _,
    ...rest
  } = Object(value) as Record<string, unknown>;
  const lifeMs = Number(expiresAt) - Number(issuedAt);
  return { ...rest, lifeMs, token: secret instanceof Secret && secret.reveal() };
}

describe.each(Object.entries(OPERATIONS))('%s', (operation, { call, body }) => {
  test('reads the same from a bare object and from the entry of a list', async () => {
    answer(body);
    const bare = comparable(await call());
    for (const envelope of [{ data: [body] }, { data: body }, { ...body, error: null, extra: { data: 1 } }]) {
      answer(envelope);
      expect(comparable(await call())).toEqual(bare);
    }
    expect(noted).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['half a JSON', '{"access_token":"IGAAsec'],
    ['HTML', '<html>IGAAsecret</html>'],
    ['null', 'null'],
    ['a list', []],
    ['an empty object', {}],
    ['a list of nothing', { data: [] }],
    ['a list of null', { data: [null] }],
    ['text', '"IGAAsecret"'],
    ['wrong types', { access_token: 1, user_id: {}, message_id: [], messages: 'x', success: 'no' }],
  ])('an answer of another shape is unreadable and says nothing of a token: %s', async (_, odd) => {
    answer(odd);
    const error = await call().then(
      () => null,
      (thrown: unknown) => thrown as ProviderError,
    );
    expect(error).toBeInstanceOf(ProviderError);
    expect(error!.failure).toEqual({ class: 'unreadable', reason: null, problem: null, throttles: null });
    expect(error!.message).toMatch(new RegExp(`^${operation}: unreadable answer \\([\\w.[\\]]+\\)$`));
    expect(noted).toEqual([`${operation} ${error!.field}`]);
  });
});

test('an answer that is no success does not subscribe', async () => {
  answer({ success: false });
  await expect(instagram.subscribe(token)).rejects.toMatchObject({ failure: { class: 'unreadable' } });
});

test('a token is kept whatever else its answer has: the first refresh dates it', async () => {
  answer({ access_token: 'IGAAlong' });
  const { token: kept, issuedAt, refreshAt, lifetimeClamped } = await instagram.exchangeForLongLived(token);
  expect([kept.reveal(), lifetimeClamped, refreshAt]).toEqual(['IGAAlong', true, issuedAt + DAY_MS]);
  answer({ access_token: 'IGAAshort', user_id: null, permissions: 7 });
  const short = await instagram.exchangeCode({ code: new Secret('c'), redirectUri: 'http://127.0.0.1/' });
  expect([short.token.reveal(), short.scopedId, short.scopes]).toEqual(['IGAAshort', null, []]);
});

describe('one odd row takes no other with it', () => {
  const person = { id: '1', username: 'shop' };
  const conversations = [
    [{ participants: null }, { participants: [] }],
    [{ participants: {} }, { participants: [] }],
    [{ participants: { data: [{ username: 'x' }] } }, { participants: [{ id: null, username: 'x' }] }],
    [{ participants: { data: [null, 7, person] } }, { participants: [person] }],
    [
      { participants: { data: [{ ...person, username: null }] } },
      { participants: [{ id: '1', username: null }] },
    ],
    [{ updated_time: null }, { updatedAt: null }],
    [{ updated_time: 'soon' }, { updatedAt: null }],
    [{ updated_time: 1e300 }, { updatedAt: null }],
    [{ username: null }, { unavailable: false }],
    [{ id: null }, { id: null, unavailable: true }],
  ] as const;
  test.each(conversations)('conversation %j', async (odd, expected) => {
    answer({ data: [{ id: 'a' }, { id: 'b', ...odd }, { id: 'c' }] });
    const { data } = await instagram.listConversations(token, page);
    expect(data.map(({ id }) => id)).toEqual(['a', 'id' in odd ? null : 'b', 'c']);
    expect(data[1]).toMatchObject(expected);
    expect(noted).toEqual('id' in odd ? ['list_conversations data[].id'] : []);
  });

  const messages = [
    [{ from: null }, { from: null, text: 'Hi', unavailable: false }],
    [{ from: { id: '1' } }, { from: { id: '1', username: null } }],
    [{ message: null }, { text: null }],
    [
      { message: null, from: null },
      { text: null, unavailable: true },
    ],
    [{ message: 7 }, { text: null }],
    [{ to: {} }, { to: [] }],
    [{ to: null }, { to: [] }],
    [{ attachments: {} }, { attachments: null }],
    [{ attachments: null }, { attachments: null }],
    [{ created_time: {} }, { createdAt: null }],
    [
      { message: '', shares: { data: [{ link: 'https://example.com/p/1' }] } },
      { text: null, attachments: [{ type: 'share', payload: { link: 'https://example.com/p/1' } }] },
    ],
    [
      { message: '', story: { mention: { id: '5', link: 'https://example.com/s' } } },
      { attachments: [{ type: 'story_mention', payload: { id: '5', link: 'https://example.com/s' } }] },
    ],
    [
      { message: 'ha', story: { reply_to: { id: '5' } } },
      { text: 'ha', attachments: [{ type: 'story_reply', payload: { id: '5' } }] },
    ],
    [
      { message: '', is_unsupported: true },
      { text: null, unsupported: true, unavailable: false },
    ],
    [{ id: {} }, { id: null, unavailable: true }],
  ] as const;
  test.each(messages)('message %j', async (odd, expected) => {
    const row = { created_time: '2026-04-05T05:27:08+0000', from: person, message: 'Hi' };
    answer({
      messages: {
        data: [
          { id: 'a', ...row },
          { id: 'b', ...row, ...odd },
          { id: 'c', ...row },
        ],
      },
    });
    const { data } = await instagram.listMessages(token, { ...page, conversationId: 'c1' });
    expect(data.map(({ id }) => id)).toEqual(['a', 'id' in odd ? null : 'b', 'c']);
    expect(data[1]).toMatchObject(expected);
  });
});

test.each(Object.entries(LISTS))('%s: a page goes on wherever its address has a cursor', async (_, list) => {
  const next = (query: string) => `https://graph.instagram.com/v25.0/x?access_token=${TOKEN}&limit=2${query}`;
  const cases = [
    [{ next: next('&after=QVFI_1-=') }, 'QVFI_1-='],
    [{ next: next('&after=QVFI'), cursors: {} }, 'QVFI'],
    [{ next: next('&after=QVFI'), cursors: null }, 'QVFI'],
    [{ next: next('&after=QVFI'), cursors: { after: 7 } }, 'QVFI'],
    [{ next: next('&after=old'), cursors: { after: 'new' } }, 'new'],
    [{ cursors: { after: 'QVFI' } }, null],
    [{ next: null, cursors: { after: 'QVFI' } }, null],
    [null, null],
    [undefined, null],
  ] as const;
  for (const [paging, expected] of cases) {
    answer(JSON.stringify(withPaging(list.wrap([{ id: 'a' }]), paging)));
    expect([paging, (await list.call()).nextCursor]).toEqual([paging, expected]);
  }
  expect(noted).toEqual([]);
  for (const odd of [{ next: next('') }, { next: 7 }, { next: next('&after=a%20b') }]) {
    answer(JSON.stringify(withPaging(list.wrap([{ id: 'a' }]), odd)));
    expect((await list.call()).nextCursor).toBeNull();
  }
  expect(noted).toHaveLength(3);
});

function withPaging(body: unknown, paging: unknown): unknown {
  const { messages, ...list } = body as { messages?: object };
  return messages ? { ...list, messages: { ...messages, paging } } : { ...list, paging };
}

describe('of the simulator', () => {
  let live: Secret;
  beforeAll(() => {
    running.simulator.addAccount({ username: 'busy', conversations: 60 });
    live = new Secret(running.simulator.generateToken('busy'));
  });
  afterEach(() => {
    running.simulator.setMode({
      largestPage: null,
      paging: 'cursors',
      objectAnswers: 'bare',
      listRows: 'whole',
    });
  });

  test.each([20, 3, 1])(
    'a list that is too much is asked for again with less, page by page: %d',
    async (most) => {
      running.simulator.setMode({ largestPage: most, paging: 'next_only' });
      const ids: (string | null)[] = [];
      for (let cursor: string | null = null, pages = 0; pages < 100; pages++) {
        const found = await instagram.listConversations(live, { cursor, limit: 50 });
        ids.push(...found.data.map(({ id }) => id));
        cursor = found.nextCursor;
        if (cursor === null) break;
      }
      expect(new Set(ids).size).toBe(60);
    },
  );

  test('one row that is too much is an answer that did not come', async () => {
    running.simulator.addFault({
      match: {},
      error: { code: 1, message: 'Please reduce the amount of data' },
    });
    await expect(instagram.listConversations(live, page)).rejects.toMatchObject({
      failure: { class: 'transient' },
    });
    const asked = running.simulator
      .requests()
      .slice(-6)
      .map(({ status }) => status);
    expect(asked).toEqual([500, 500, 500, 500, 500, 500]);
  });

  test('odd rows and wrapped objects are read', async () => {
    running.simulator.setMode({ listRows: 'odd', objectAnswers: 'data_array' });
    await expect(instagram.probe(live)).resolves.toMatchObject({ username: 'busy' });
    const { data } = await instagram.listConversations(live, page);
    expect(data.map(({ participants }) => participants.length).slice(0, 2)).toEqual([2, 0]);
    const messages = await instagram.listMessages(live, { ...page, conversationId: data[0]!.id! });
    expect(messages.data.length).toBeGreaterThan(0);
  });

  test('where a version of the API does not know the newer fields, the others are asked for alone', async () => {
    const { data } = await instagram.listConversations(live, { ...page, limit: 1 });
    const error = { code: 100, message: 'Tried accessing nonexisting field (is_unsupported)' };
    running.simulator.addFault({ match: {}, status: 400, error, times: 1 });
    const { data: messages } = await instagram.listMessages(live, { ...page, conversationId: data[0]!.id! });
    expect(messages.length).toBeGreaterThan(0);
  });
});

const SEED = 20_261_129;
const ANSWERS = 10_000;
const anything = fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown);
const odd = fc.oneof(
  fc.constantFrom(null, '', 0, -1, true, [], {}, '17841400000000001', 2 ** 53, 'IGAAsecret'),
  anything,
);
/** An answer as it should be, of which some parts are gone, null or something else, and others are added. */
function variantsOf(good: unknown): fc.Arbitrary<unknown> {
  const keep = <T>(one: T) => ({ weight: 6, arbitrary: fc.constant<unknown>(one) });
  if (Array.isArray(good))
    return fc.oneof(
      { weight: 6, arbitrary: fc.tuple(...good.map((one) => variantsOf(one))) },
      { weight: 1, arbitrary: odd },
    );
  if (typeof good !== 'object' || good === null) return fc.oneof(keep(good), { weight: 1, arbitrary: odd });
  const fields = Object.fromEntries(Object.entries(good).map(([name, value]) => [name, variantsOf(value)]));
  const record = fc.record(fields, { requiredKeys: [] });
  return fc.oneof(
    { weight: 6, arbitrary: record },
    {
      weight: 1,
      arbitrary: fc.tuple(record, fc.dictionary(fc.string(), odd)).map(([a, b]) => ({ ...b, ...a })),
    },
    { weight: 1, arbitrary: odd },
  );
}

test(`${ANSWERS} variants of right answers are read or refused as unreadable, and no list loses a row`, async () => {
  const row = {
    ...{ id: 'm_1', created_time: '2026-04-05T05:27:08+0000', updated_time: '2026-04-05T05:27:08+0000' },
    ...{ from: { id: '1', username: 'a' }, to: { data: [{ id: '2', username: 'b' }] }, message: 'Hi' },
    ...{ attachments: { data: [{ id: '3' }] }, participants: { data: [{ id: '2', username: 'b' }] } },
  };
  const calls = [
    ...Object.values(OPERATIONS).map(({ call, body }) => ({ call, variants: variantsOf(body) })),
    ...Object.values(LISTS).map(({ call, wrap }) => ({
      call,
      variants: fc.array(variantsOf(row), { maxLength: 5 }).map((rows) => wrap(rows)),
    })),
  ];
  // What is varied is read, and needs no network: the tests above have one.
  let text = '';
  const http = (async (request) => ({
    value: readAnswer(request, 200, parseBody(text), () => undefined),
    ...{ date: null, startedAt: 0 },
  })) as ProviderHttp;
  instagram = createInstagram(http, instagram.settings);
  const wrong: unknown[] = [];
  for (const { call, variants } of calls)
    for (const body of fc.sample(variants, { seed: SEED, numRuns: Math.ceil(ANSWERS / calls.length) })) {
      text = JSON.stringify(body) ?? '';
      const result = await call().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if ('error' in result) {
        const { error } = result;
        const isOurs = error instanceof ProviderError && !String(error.message).includes('IGAA');
        if (!isOurs || error.failure.class !== 'unreadable') wrong.push({ body, error });
        continue;
      }
      const rows = rowsOf(body);
      const { data } = Object(result.value) as { data?: unknown[] };
      if (rows && data && data.length !== rows.length) wrong.push({ body, data });
    }
  expect(wrong).toEqual([]);
});

function rowsOf(body: unknown): unknown[] | null {
  const { data, messages } = Object(body) as { data?: unknown; messages?: { data?: unknown } };
  const rows = messages ? Object(messages).data : data;
  return Array.isArray(rows) ? rows : null;
}
