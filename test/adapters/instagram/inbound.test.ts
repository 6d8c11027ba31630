import fc from 'fast-check';
import { readInbound } from '../../../adapters/instagram/inbound';
import { reportOf } from '../../../core/messaging/inbound';

const ACCOUNT = '17841400000000001';
const CUSTOMER = '1602510301006188';
const AT = 1_800_000_000_123;

const entry = (lists: object) => ({ id: ACCOUNT, time: AT + 77, ...lists });
const delivery = (...entries: unknown[]) => JSON.stringify({ object: 'instagram', entry: entries });
const item = (fields: object) => ({
  sender: { id: CUSTOMER },
  recipient: { id: ACCOUNT },
  timestamp: AT,
  ...fields,
});
const messaging = (fields: object) => delivery(entry({ messaging: [item(fields)] }));
const message = (fields: object) => messaging({ message: { mid: 'm1', ...fields } });
const change = (field: string, fields: object) =>
  delivery(entry({ changes: [{ field, value: { ...item(fields), timestamp: String(AT) } }] }));

const read = (body: string) => readInbound(body)!;
const only = (body: string) => {
  const { items, unknown } = read(body);
  expect([items.length, unknown]).toEqual([1, []]);
  return items[0]!;
};
const report = (body: string, withText = true) => reportOf(only(body), [ACCOUNT], withText);

describe('each shape that Instagram sends is of one kind:', () => {
  test.each<[string, string, string, object]>([
    ['a text', message({ text: 'control' }), 'message', { kind: 'message', id: 'm1', text: 'control' }],
    [
      'a text while another app has the conversation',
      delivery(entry({ standby: [item({ message: { mid: 'm1', text: 'Hello' } })] })),
      'message',
      { kind: 'message', text: 'Hello', standby: true },
    ],
    [
      'a text in changes, its time as text',
      change('messages', { message: { mid: 'm1', text: 'in changes' } }),
      'message',
      { kind: 'message', text: 'in changes', sentAt: new Date(AT).toISOString(), standby: false },
    ],
    [
      'a postback',
      messaging({ postback: { mid: 'm1', title: 'The price?', payload: 'PRICE' } }),
      'postback',
      { kind: 'postback', id: 'm1', text: 'The price?', postback: { title: 'The price?', payload: 'PRICE' } },
    ],
    [
      'a postback in changes',
      change('messaging_postbacks', { postback: { mid: 'm1', title: 'Hours', payload: 'HOURS' } }),
      'postback',
      { kind: 'postback', text: 'Hours' },
    ],
    [
      'a referral',
      messaging({ referral: { ref: 'spring', source: 'ADS', type: 'OPEN_THREAD' } }),
      'referral',
      { kind: 'referral', id: null, referral: { ref: 'spring', source: 'ADS', type: 'OPEN_THREAD' } },
    ],
    [
      'a referral by a story mention',
      messaging({ referral: { source: 'STORY_MENTION', type: 'OPEN_THREAD' } }),
      'referral',
      { kind: 'referral', referral: { ref: null, source: 'STORY_MENTION' } },
    ],
    [
      'an answer to an ad',
      message({
        text: 'Is this still for sale?',
        referral: {
          ...{ ref: '', ad_id: '120000000000000001', source: 'ADS', type: 'OPEN_THREAD' },
          ads_context_data: { ad_title: 'Sale', photo_url: 'https://example.com/a.jpg' },
        },
      }),
      'message',
      {
        kind: 'message',
        text: 'Is this still for sale?',
        referral: {
          ...{ ref: null, source: 'ADS', type: 'OPEN_THREAD', adId: '120000000000000001' },
          ...{ adTitle: 'Sale', url: 'https://example.com/a.jpg' },
        },
      },
    ],
    [
      'what only the app shows',
      message({ is_unsupported: true }),
      'message',
      { kind: 'message', text: null, unsupported: true },
    ],
    [
      'a mention in a story',
      message({
        attachments: [{ type: 'story_mention', payload: { url: 'https://lookaside.example/asset' } }],
      }),
      'message',
      {
        kind: 'story_mention',
        attachments: [{ type: 'story_mention', url: 'https://lookaside.example/asset' }],
      },
    ],
    [
      'an answer to a story',
      message({ text: 'Nice', reply_to: { story: { id: '1', url: 'https://x.example' } } }),
      'message',
      { kind: 'story_reply', text: 'Nice' },
    ],
    [
      'a shared post',
      message({ attachments: [{ type: 'share', payload: { url: 'https://x.example' } }] }),
      'message',
      { kind: 'share' },
    ],
    [
      'a reaction',
      messaging({ reaction: { mid: 'm1', action: 'react', reaction: 'love', emoji: '❤' } }),
      'reaction',
      { kind: 'reaction', id: 'm1', reaction: { action: 'react', reaction: 'love', emoji: '❤' } },
    ],
    [
      'an edit',
      messaging({ message_edit: { mid: 'm1', text: 'the price is 20, not 200', num_edit: 1 } }),
      'edit',
      { id: 'm1', edits: 1, text: 'the price is 20, not 200', senderId: CUSTOMER },
    ],
    [
      'an edit of which only the ID is told',
      delivery(entry({ messaging: [{ timestamp: AT, message_edit: { mid: 'm1', num_edit: 0 } }] })),
      'edit',
      { id: 'm1', edits: 0, senderId: null },
    ],
    ['a message that was taken back', message({ is_deleted: true }), 'unsend', { id: 'm1' }],
    [
      'one of its own that was taken back',
      delivery(
        entry({
          messaging: [
            {
              sender: { id: ACCOUNT },
              recipient: { id: CUSTOMER },
              message: { mid: 'm1', is_echo: true, is_deleted: true },
            },
          ],
        }),
      ),
      'unsend',
      { id: 'm1', senderId: ACCOUNT, partnerId: CUSTOMER },
    ],
    ['an echo', message({ text: 'answered in the app', is_echo: true }), 'echo', {}],
    ['a message of its own', messaging({ sender: { id: ACCOUNT }, message: { mid: 'm1' } }), 'echo', {}],
    ['a reaction of its own', messaging({ sender: { id: ACCOUNT }, reaction: { mid: 'm1' } }), 'echo', {}],
    ['that it was read', messaging({ read: { mid: 'm1' } }), 'read', {}],
  ])('%s', (_, body, kind, reported) => {
    expect(only(body).kind).toBe(kind);
    if (kind !== 'echo' && kind !== 'read') expect(report(body)).toMatchObject(reported);
  });

  test.each<[string, string, string[]]>([
    ['a comment', delivery(entry({ changes: [{ field: 'comments', value: { id: '1' } }] })), ['comments']],
    ['an opt-in', messaging({ optin: { type: 'notification_messages' } }), ['optin']],
    [
      'the handover of a conversation',
      messaging({ pass_thread_control: { new_owner_app_id: 1 } }),
      ['pass_thread_control'],
    ],
    ['a message without ID', messaging({ message: { text: 'x' } }), ['message.mid']],
    ['a message of nobody', messaging({ sender: null, message: { mid: 'm1' } }), ['message.sender']],
    ['another object', JSON.stringify({ object: 'page', entry: [] }), ['object']],
    ['no entries', JSON.stringify({ object: 'instagram', entry: {} }), ['entry']],
    ['an empty list', delivery(), ['entry']],
    ['entries that are none', delivery(null, 7, { id: [] }, entry({})), ['entry', 'entry', 'entry', 'entry']],
    ['lists that are none', delivery(entry({ messaging: 7, changes: {} })), ['messaging', 'changes']],
    ['no object', '"text"', ['object']],
  ])('%s is unknown by name', (_, body, fields) => {
    expect(read(body)).toEqual({ items: [], unknown: fields.map((field) => ({ field })) });
  });

  test('the test button of the dashboard sends a message to an account that does not exist', () => {
    const value = { sender: { id: '12334' }, recipient: { id: '23245' }, timestamp: '1527459824' };
    const body = { id: '0', time: 1_730_000_000 };
    const sent = {
      field: 'messages',
      value: { ...value, message: { mid: 'random_mid', text: 'random_text' } },
    };
    for (const one of [
      { ...body, changes: [sent] },
      { ...body, ...sent },
    ])
      expect(only(delivery(one))).toMatchObject({
        kind: 'message',
        accountId: '0',
        sentAt: 1_527_459_824_000,
      });
  });

  test('what is no JSON is nothing at all', () => {
    for (const body of ['', '{"object":', '['.repeat(200_000)]) expect(readInbound(body)).toBeNull();
  });
});

test('texts and addresses are reported only where that is wanted; types always are', () => {
  const secret = 'https://secret.example/a';
  const bodies = [
    message({ text: secret, attachments: [{ type: 'image', payload: { url: secret } }] }),
    message({ text: secret, referral: { ads_context_data: { ad_title: secret, photo_url: secret } } }),
    messaging({ postback: { mid: 'm1', title: secret, payload: secret } }),
    messaging({ reaction: { mid: 'm1', action: 'react', emoji: secret } }),
    messaging({ message_edit: { mid: 'm1', text: secret, num_edit: 1 } }),
  ];
  for (const body of bodies) {
    expect(JSON.stringify(report(body, false))).not.toContain(secret);
    expect(JSON.stringify(report(body, true))).toContain(secret);
  }
  expect(report(bodies[0]!, false)).toMatchObject({ attachments: [{ type: 'image' }] });
});

test('a repetition has the same key, anything else another', () => {
  const keys = [
    message({}),
    message({ is_deleted: true }),
    messaging({ postback: { mid: 'm1' } }),
    messaging({ postback: { title: 'a' } }),
    messaging({ postback: { title: 'b' } }),
    messaging({ reaction: { mid: 'm1', action: 'react', emoji: 'a' } }),
    messaging({ reaction: { mid: 'm1', action: 'unreact', emoji: 'a' } }),
    messaging({ reaction: { mid: 'm1', action: 'react', emoji: 'a' }, timestamp: AT + 1 }),
    messaging({ message_edit: { mid: 'm1', num_edit: 1 } }),
    messaging({ message_edit: { mid: 'm1', num_edit: 2 } }),
    messaging({ referral: { ref: 'a' } }),
    messaging({ referral: { ref: 'b' } }),
  ].map((body) => {
    expect(only(body).key).toBe(only(body).key);
    return only(body).key;
  });
  expect(new Set(keys).size).toBe(keys.length);
});

/** What Instagram might send some day: a field that is missing, null, of another type, or one more. */
const odd = fc.constantFrom<unknown>(undefined, null, 0, -1, 1e300, '', 'text', true, [], {}, [null], {
  id: null,
});
const spoiled = (value: object): fc.Arbitrary<unknown> =>
  fc.tuple(fc.nat(11), fc.nat(20), odd, fc.boolean()).map(([how, at, instead, extra]) => {
    const copy = structuredClone(value) as Record<string, unknown>;
    if (extra) copy[`field_${at}`] = structuredClone(instead);
    if (how > 2) return copy;
    const paths = [copy, ...Object.values(copy).filter((one) => typeof one === 'object' && one !== null)];
    const target = paths[at % paths.length] as Record<string, unknown>;
    const keys = Object.keys(target);
    const key = keys[at % Math.max(1, keys.length)];
    if (key !== undefined) target[key] = structuredClone(instead);
    return copy;
  });
const anItem = fc
  .constantFrom<object>(
    { message: { mid: 'm1', text: 'a' } },
    { message: { mid: 'm2', attachments: [{ type: 'image', payload: { url: 'https://x.example' } }, null] } },
    { message: { mid: 'm3', is_deleted: true } },
    { message: { mid: 'm4', is_echo: true } },
    { message: { mid: 'm5', is_unsupported: true, referral: { ads_context_data: { ad_title: 7 } } } },
    { postback: { mid: 'm6', title: 'a', payload: 'b' } },
    { referral: { ref: 'a', source: 'ADS' } },
    { reaction: { mid: 'm7', action: 'react', emoji: 'x' } },
    { read: { mid: 'm8' } },
    { message_edit: { mid: 'm9', num_edit: 0 } },
    { message_edit: { mid: 'm10', num_edit: 1, text: 'b' } },
    { optin: {} },
  )
  .chain((fields) => spoiled(item(fields)));
const list = fc.array(fc.oneof({ weight: 9, arbitrary: anItem }, { weight: 1, arbitrary: odd }), {
  maxLength: 3,
});
/** Lists as JSON has them, where nothing is `undefined`. */
const part = fc.oneof(
  { weight: 9, arbitrary: list.map((values) => ({ values, count: values.length })) },
  { weight: 1, arbitrary: fc.constantFrom(null, 7, {}).map((values) => ({ values, count: 1 })) },
);
const changes = fc
  .array(
    fc.tuple(
      fc.constantFrom('messages', 'messaging_postbacks', 'message_reactions', 'comments', 'new'),
      anItem,
    ),
    {
      maxLength: 3,
    },
  )
  .map((all) => ({ values: all.map(([field, value]) => ({ field, value })), count: all.length }));
const anEntry = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .record({ messaging: part, standby: part, changes }, { requiredKeys: [] })
      .map((lists) => ({
        value: entry(
          Object.fromEntries(Object.entries(lists).map(([name, { values }]) => [name, values as unknown])),
        ) as unknown,
        count: Object.values(lists).reduce((sum, { count }) => sum + count, 0) || null,
        isBare: Object.keys(lists).length === 0,
      }))
      .map(({ value, count, isBare }) => ({ value, count: isBare ? 1 : (count ?? 0) })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(null, 7, [], { id: 'x' }).map((value) => ({ value, count: 1 })),
  },
);

test('of 10,000 deliveries none throws, and each part of them is counted once', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(fc.array(anEntry, { maxLength: 2 }), (entries) => {
      const { items, unknown } = read(delivery(...entries.map(({ value }) => value)));
      const expected = entries.reduce((sum, { count }) => sum + count, 0);
      expect(items.length + unknown.length).toBe(expected || 1);
      for (const one of items) {
        kinds.add(one.kind);
        if (one.kind === 'echo' || one.kind === 'read') continue;
        expect(one.key).not.toBe('');
        const reported = JSON.stringify(reportOf(one, [ACCOUNT], true));
        expect(reported).not.toContain('\\u0000');
      }
    }),
    { numRuns: 10_000 },
  );
  expect([...kinds].sort()).toEqual([
    ...['echo', 'edit', 'message', 'postback', 'reaction', 'read', 'referral', 'unsend'],
  ]);
});

test('a message is reported with its text whatever else of it cannot be read', () => {
  const fields = [
    'attachments',
    'referral',
    'reply_to',
    'quick_reply',
    'is_unsupported',
    'timestamp',
    'recipient',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...fields), odd, (field, value) => {
      const inner = { mid: 'm1', text: 'kept', [field]: value };
      const outer = field === 'timestamp' || field === 'recipient' ? { [field]: value } : {};
      expect(report(messaging({ ...outer, message: inner }))).toMatchObject({ id: 'm1', text: 'kept' });
    }),
  );
});
