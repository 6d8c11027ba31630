import fc from 'fast-check';
import { fetchPending } from '../../../activities/messaging/fetch-pending';
import { storePayload } from '../../../adapters/postgres/messages/sealed-payloads';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { HOUR_MS, SECOND_MS } from '../../../core/time';
import { type TestApi, startApi, useApi } from '../../support/api';
import { caller, withCallbacks } from '../../support/callbacks';
import { type Stack } from '../../support/stack';

const CUSTOMER = '1602510301006188';
const TEXT = 'Is the blue one still there?';

let stack: Stack;
let api: TestApi;
let open: TestApi;
let shop: Integration;
let instagram: ReturnType<typeof caller>;
useApi((started) => ({ stack, api } = started), {
  workers: false,
  api: (stack) => ({ instagram: withCallbacks(stack.instagram), forwardMessageText: true }),
});
beforeAll(async () => {
  instagram = caller(stack, api);
  shop = await stack.connect('shop', { start: false });
});

let count = 0;
const newMid = () => `aWdfZAG1${(count += 1)}==`;
const item = (fields: object, own = shop.accountId) => ({
  sender: { id: CUSTOMER },
  recipient: { id: own },
  timestamp: stack.simulator.clock.now(),
  ...fields,
});
const entry = (lists: object, id = shop.accountId) => ({ id, time: stack.simulator.clock.now(), ...lists });
const send = async (...entries: unknown[]) => {
  const { status } = await instagram.deliver(JSON.stringify({ object: 'instagram', entry: entries }));
  expect(status).toBe(200);
};
const deliver = (...items: object[]) => send(entry({ messaging: items.map((one) => item(one)) }));

interface Told {
  type: string;
  message: Record<string, unknown>;
}
async function told(...mids: string[]): Promise<Told[]> {
  const { rows } = await stack.pool.query<Told>(
    `select type, data -> 'message' as message from events
     where integration_id = $1 and type like 'message.%' and data -> 'message' ->> 'id' = any ($2) order by seq`,
    [shop.id, mids],
  );
  return rows;
}
const types = async (...mids: string[]) => (await told(...mids)).map(({ type }) => type);
const counts = async () => {
  const metric = await api.deps.metrics.registry.getSingleMetric('evergrant_callback_items_total')?.get();
  return metric?.values ?? [];
};
const total = async () => (await counts()).reduce((sum, { value }) => sum + value, 0);
const counted = async (outcome: string, kind: string) =>
  (await counts()).find(({ labels }) => labels.outcome === outcome && labels.kind === kind)?.value ?? 0;

describe('one event each:', () => {
  test.each<[string, (mid: string) => object, string, object]>([
    [
      'a text on standby',
      (mid) => ({ standby: [item({ message: { mid, text: TEXT } })] }),
      'message.received',
      { standby: true, text: TEXT, kind: 'message' },
    ],
    [
      'a text in changes',
      (mid) => ({
        changes: [
          { field: 'messages', value: item({ timestamp: '1800000000123', message: { mid, text: TEXT } }) },
        ],
      }),
      'message.received',
      { sentAt: '2027-01-15T08:00:00.123Z', text: TEXT },
    ],
    [
      'a postback',
      (mid) => ({ messaging: [item({ postback: { mid, title: 'Price?', payload: 'PRICE' } })] }),
      'message.received',
      { kind: 'postback' },
    ],
    [
      'a reaction',
      (mid) => ({ messaging: [item({ reaction: { mid, action: 'react', emoji: '❤' } })] }),
      'message.received',
      { kind: 'reaction' },
    ],
    [
      'a mention in a story',
      (mid) => ({
        messaging: [
          item({
            message: { mid, attachments: [{ type: 'story_mention', payload: { url: 'https://x.example' } }] },
          }),
        ],
      }),
      'message.received',
      { kind: 'story_mention', attachments: [{ type: 'story_mention', url: 'https://x.example' }] },
    ],
    [
      'what only the app shows',
      (mid) => ({ messaging: [item({ message: { mid, is_unsupported: true } })] }),
      'message.received',
      { unsupported: true },
    ],
    [
      'an edit',
      (mid) => ({ messaging: [item({ message_edit: { mid, text: '20, not 200', num_edit: 1 } })] }),
      'message.edited',
      { text: '20, not 200', edits: 1 },
    ],
  ])('%s, however often it comes', async (_, lists, type, message) => {
    const mid = newMid();
    const one = entry(lists(mid));
    await send(one, one);
    await send(one);
    expect(await told(mid)).toMatchObject([{ type, message: { id: mid, senderId: CUSTOMER, ...message } }]);
  });

  test('a referral, which has no ID', async () => {
    const one = entry({ messaging: [item({ referral: { ref: 'spring', source: 'ADS' } })] });
    await send(one);
    await send(one);
    const { rows } = await stack.pool.query(
      `select data -> 'message' as message from events where data -> 'message' ->> 'kind' = 'referral'`,
    );
    expect(rows).toMatchObject([{ message: { id: null, partnerId: CUSTOMER, referral: { ref: 'spring' } } }]);
  });

  test('a message to the app-scoped ID, and of it none', async () => {
    const [mid, own] = [newMid(), newMid()];
    const scoped = shop.accountScopedId;
    await send(entry({ messaging: [item({ message: { mid } }, scoped)] }, scoped));
    await send(entry({ messaging: [item({ sender: { id: scoped }, message: { mid: own } })] }));
    expect(await types(mid, own)).toEqual(['message.received']);
  });
});

describe('a message that is taken back', () => {
  const unsend = (mid: string) => ({ message: { mid, is_deleted: true } });
  const kept = async (integration = shop) =>
    (await stack.pool.query('select 1 from sealed_payloads where integration_id = $1', [integration.id]))
      .rowCount;

  test('is reported once, and its text is nowhere any more', async () => {
    const [mid, other] = [newMid(), newMid()];
    await deliver(
      {
        message: {
          mid,
          text: TEXT,
          attachments: [{ type: 'image', payload: { url: 'https://secret.example' } }],
        },
      },
      { message: { mid: other, text: 'stays' } },
    );
    await deliver({ message_edit: { mid, text: TEXT, num_edit: 1 } });
    await deliver({ reaction: { mid, action: 'react', emoji: '❤' } });
    const page = { integrationId: shop.id, provider: 'instagram', purpose: 'messages', text: TEXT };
    await storePayload(stack.pool, stack.deps.sealer, page, stack.simulator.clock.now());
    await storePayload(
      stack.pool,
      stack.deps.sealer,
      { ...page, purpose: 'send' },
      stack.simulator.clock.now(),
    );
    await deliver(unsend(mid), unsend(mid));
    await deliver(unsend(mid));
    expect(await types(mid)).toEqual([
      'message.received',
      'message.edited',
      'message.received',
      'message.deleted',
    ]);
    expect(JSON.stringify(await told(mid))).not.toMatch(/secret|blue|❤/);
    expect((await told(mid))[0]!.message).toMatchObject({
      kind: 'message',
      senderId: CUSTOMER,
      deleted: true,
    });
    expect(await told(other)).toMatchObject([{ message: { text: 'stays' } }]);
    // What is to be sent stays; a page of the conversation may have contained it.
    expect(await kept()).toBe(1);
  });

  test('is not reported when it comes later, nor are edits of it', async () => {
    const [mid, at] = [newMid(), newMid()];
    await deliver(unsend(mid));
    await deliver({ message: { mid, text: TEXT } }, { message_edit: { mid, text: TEXT, num_edit: 1 } });
    await deliver(unsend(at), { message: { mid: at, text: TEXT } });
    expect(await types(mid)).toEqual(['message.deleted']);
    expect(await types(at)).toEqual(['message.deleted']);
  });

  test('keeps no text whatever comes at the same moment', async () => {
    const mids = Array.from({ length: 15 }, newMid);
    await Promise.all(
      mids.flatMap((mid) => [
        deliver({ message: { mid, text: TEXT } }),
        deliver({ message_edit: { mid, text: TEXT, num_edit: 1 } }),
        deliver(unsend(mid)),
      ]),
    );
    const all = await told(...mids);
    expect(all.filter(({ type }) => type === 'message.deleted')).toHaveLength(mids.length);
    expect(JSON.stringify(all)).not.toContain(TEXT);
  });
});

describe('a message of which only an edit tells', () => {
  const bare = (mid: string) => entry({ messaging: [{ timestamp: 1, message_edit: { mid, num_edit: 0 } }] });
  const fetches = () =>
    stack.simulator.requests().filter(({ path }) => path.includes('aWdfZAG1faXRl')).length;
  const fetch = async (afterMs = 10 * SECOND_MS) => {
    stack.simulator.clock.advance(afterMs);
    await Promise.all([fetchPending(stack.deps), fetchPending(stack.deps)]);
  };
  const pending = async () => (await stack.pool.query('select 1 from pending_messages')).rowCount;
  /** One that the simulator knows, and has not told of. */
  const write = () => stack.simulator.receive('shop', { text: TEXT, from: 'mia' }).id;
  beforeEach(async () => {
    await stack.calm();
    await stack.pool.query('delete from pending_messages');
  });

  test('is fetched and reported once, also when it comes in later', async () => {
    const mid = write();
    await send(bare(mid), bare(mid));
    await send(bare(mid));
    expect(await types(mid)).toEqual([]);
    const before = fetches();
    await fetch();
    await fetch();
    expect(fetches()).toBe(before + 1);
    expect(await told(mid)).toMatchObject([
      {
        type: 'message.received',
        message: { id: mid, kind: 'message', text: TEXT, senderId: expect.any(String) },
      },
    ]);
    await deliver({ message: { mid, text: TEXT } });
    await send(bare(mid));
    await fetch();
    expect(await types(mid)).toEqual(['message.received']);
    expect(fetches()).toBe(before + 1);
  });

  test('and that comes in as well is reported once, and not fetched', async () => {
    const [before, after] = [write(), write()];
    const asked = fetches();
    await deliver({ message: { mid: before, text: TEXT } });
    await send(bare(before), bare(after));
    await deliver({ message: { mid: after, text: TEXT } });
    await fetch();
    expect(await types(before)).toEqual(['message.received']);
    expect(await types(after)).toEqual(['message.received']);
    expect([fetches(), await pending()]).toEqual([asked, 0]);
  });

  test('and was taken back is not reported', async () => {
    const mid = write();
    await send(bare(mid));
    await deliver({ message: { mid, is_deleted: true } });
    await fetch();
    expect(await types(mid)).toEqual(['message.deleted']);
  });

  test('of its own is left alone, and one that Instagram does not give is given up', async () => {
    const unknown = newMid();
    const own = stack.simulator.receive('shop', { text: 'x', from: 'mia' });
    const token = stack.simulator.generateToken('shop');
    const answer = await globalThis.fetch(`${stack.simulatorUrl}/me/messages?access_token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ recipient: { id: own.from.id }, message: { text: 'reply' } }),
    });
    const { message_id: sent } = (await answer.json()) as { message_id: string };
    await send(bare(unknown), bare(sent));
    expect(await pending()).toBe(2);
    await fetch();
    expect([await types(unknown), await types(sent), await pending()]).toEqual([[], [], 0]);
  });

  test('is tried again while Instagram does not answer, for a day', async () => {
    const mid = write();
    await send(bare(mid));
    stack.simulator.addFault({ match: { path: `/${mid}` }, times: 2, status: 500 });
    await fetch();
    expect([await types(mid), await pending()]).toEqual([[], 1]);
    await fetch(1 * SECOND_MS);
    await fetch(2 * 60 * SECOND_MS);
    await fetch(10 * 60 * SECOND_MS);
    expect([await types(mid), await pending()]).toEqual([['message.received'], 0]);
    const never = write();
    await send(bare(never));
    stack.simulator.addFault({ match: { path: `/${never}` }, status: 500 });
    await fetch();
    await fetch(25 * HOUR_MS);
    expect([await types(never), await pending()]).toEqual([[], 0]);
  });

  test('and that was really edited is reported as an edit', async () => {
    const mid = newMid();
    await deliver({ message: { mid, text: TEXT } });
    await send(entry({ messaging: [{ timestamp: 1, message_edit: { mid, num_edit: 2 } }] }));
    expect(await told(mid)).toMatchObject([
      { type: 'message.received' },
      { type: 'message.edited', message: { edits: 2, senderId: null, text: null } },
    ]);
  });
});

describe('what became of it is counted:', () => {
  test.each<[string, string, () => object]>([
    ['taken', 'message', () => entry({ messaging: [item({ message: { mid: newMid() } })] })],
    ['ignored', 'read', () => entry({ messaging: [item({ read: { mid: 'x' } })] })],
    ['ignored', 'echo', () => entry({ messaging: [item({ message: { mid: newMid(), is_echo: true } })] })],
    ['unknown_account', 'message', () => entry({ messaging: [item({ message: { mid: newMid() } })] }, '0')],
    ['unknown_shape', 'comments', () => entry({ changes: [{ field: 'comments', value: { id: '1' } }] })],
    ['unknown_shape', 'other', () => entry({ changes: [{ field: 'something_new', value: {} }] })],
    ['unknown_shape', 'message.mid', () => entry({ messaging: [item({ message: {} })] })],
  ])('%s %s', async (outcome, kind, one) => {
    const before = await counted(outcome, kind);
    await send(one());
    expect(await counted(outcome, kind)).toBe(before + 1);
  });

  test('repetitions, what is no JSON, and what is not signed', async () => {
    const one = entry({ messaging: [item({ message: { mid: newMid() } })] });
    await send(one, one);
    await instagram.deliver('{"object":');
    await instagram.deliver('{}', { key: 'unknown' });
    await instagram.deliver('{}', { headers: {} });
    expect(await counted('duplicate', 'message')).toBeGreaterThan(0);
    expect(await counted('unreadable', 'delivery')).toBe(1);
    expect(await counted('wrong_signature', 'delivery')).toBe(1);
    expect(await counted('no_signature', 'delivery')).toBe(1);
  });

  test('of hundreds of deliveries of everything, each part, and each message that can be read is one event', async () => {
    const values = fc.constantFrom<unknown>(null, 7, 'x', [], {}, { message: null });
    const part = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constant<(mid: string) => unknown>((mid) => item({ message: { mid, text: TEXT } })),
      },
      { weight: 1, arbitrary: fc.constant<(mid: string) => unknown>((mid) => item({ postback: { mid } })) },
      { weight: 1, arbitrary: fc.constant<(mid: string) => unknown>(() => item({ read: {} })) },
      { weight: 1, arbitrary: values.map((value) => () => value) },
    );
    const deliveries = fc.sample(
      fc.array(fc.array(part, { maxLength: 4, minLength: 1 }), { minLength: 1, maxLength: 3 }),
      { numRuns: 300, seed: 7 },
    );
    const before = await total();
    const mids: string[] = [];
    let parts = 0;
    for (let at = 0; at < deliveries.length; at += 10)
      await Promise.all(
        deliveries.slice(at, at + 10).map((entries) =>
          send(
            ...entries.map((makers, index) =>
              entry({
                [index % 2 === 0 ? 'messaging' : 'standby']: makers.map((make) => {
                  const mid = newMid();
                  const made = make(mid);
                  if (JSON.stringify(made).includes(mid)) mids.push(mid);
                  parts += 1;
                  return made;
                }),
              }),
            ),
          ),
        ),
      );
    expect((await total()) - before).toBe(parts);
    expect((await told(...mids)).map(({ message }) => message.id).sort()).toEqual(mids.toSorted());
  });
});

describe('the state of deliveries', () => {
  const callbacks = async (at = api) => (await at.get('/v1/fleet')).body.callbacks;

  test('is the same for all processes: when the last one came, and since when and why some are refused', async () => {
    open = await startApi(stack, { instagram: withCallbacks(stack.instagram) });
    const other = caller(stack, open);
    await stack.pool.query('delete from callback_traffic');
    expect(await callbacks()).toEqual({ lastDeliveryAt: null, refusedSince: null, refusedWhy: null });
    const body = JSON.stringify({ object: 'instagram', entry: [] });
    const first = stack.simulator.clock.now();
    await other.deliver(body, { key: 'of-the-meta-app' });
    const { refusedSince } = await callbacks();
    expect(Date.parse(refusedSince)).toBeGreaterThanOrEqual(first);
    stack.simulator.clock.advance(60 * SECOND_MS);
    // Both secrets are in use: what is accepted does not hide what is refused.
    await other.deliver(body);
    await other.deliver(body, { key: 'of-the-meta-app' });
    const now = await callbacks();
    expect(now).toMatchObject({
      refusedSince,
      refusedWhy: expect.stringContaining('INSTAGRAM_APP_SECRET_PREVIOUS'),
    });
    expect(Date.parse(now.lastDeliveryAt)).toBeGreaterThanOrEqual(first + 60 * SECOND_MS);
    stack.simulator.clock.advance(2 * HOUR_MS);
    await other.deliver(body);
    expect(await callbacks()).toMatchObject({ refusedSince: null, refusedWhy: null });
    await open.stop();
  });

  test('is written a few times a minute, however many come', async () => {
    const quick = await startApi(stack, { instagram: withCallbacks(stack.instagram) });
    const body = JSON.stringify({ object: 'instagram', entry: [] });
    await stack.pool.query('delete from callback_traffic');
    const versions = new Set<string>();
    for (let at = 0; at < 40; at += 1) {
      await caller(stack, quick).deliver(body, at % 2 === 0 ? {} : { key: 'unknown' });
      const { rows } = await stack.pool.query<{ xmin: string }>('select xmin::text from callback_traffic');
      versions.add(rows[0]!.xmin);
    }
    expect(versions.size).toBeLessThanOrEqual(5);
    await quick.stop();
  });
});
