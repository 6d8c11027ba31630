import { DAY_S, HOUR_S, sandbox, type Sandbox, shop } from './sandbox';

const MINUTE_S = 60;
let box: Sandbox;
let token: string;
let customer: string;
beforeEach(() => {
  box = sandbox();
  ({ token } = shop(box));
  customer = box.simulator.receive('shop', { text: 'hi', from: 'mia' }).from.id;
});

const send = (changes: object = {}, id = customer) =>
  box.json(`/me/messages?access_token=${token}`, {
    recipient: { id },
    message: { text: 'hello' },
    ...changes,
  });
const humanAgent = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
const setAccount = (settings: object) => box.json('/_sim/accounts/shop/settings', settings);
const setCustomer = (settings: object, name = 'mia') =>
  box.json(`/_sim/accounts/shop/customers/${name}`, settings);

describe('a customer can be written to', () => {
  test('for 24 hours from their last message, then not', async () => {
    box.advance(23 * HOUR_S);
    box.simulator.receive('shop', { text: 'still there?', from: 'mia' });
    box.advance(24 * HOUR_S - 1);
    expect((await send()).status).toBe(200);
    box.advance(1);
    const { status, body } = await send();
    expect(status).toBe(403);
    expect(body.error).toEqual({
      message: 'This message is sent outside of allowed window.',
      type: 'IGApiException',
      code: 10,
      error_subcode: 2534022,
      fbtrace_id: expect.any(String),
    });
    expect(box.simulator.messages('shop').filter(({ direction }) => direction === 'outbound')).toHaveLength(
      1,
    );
  });

  test('and an own message does not prolong that', async () => {
    box.advance(23 * HOUR_S);
    await send();
    box.advance(2 * HOUR_S);
    expect((await send()).status).toBe(403);
  });

  test('for 7 days with the tag HUMAN_AGENT, where the account is approved', async () => {
    box.advance(2 * DAY_S);
    expect((await send(humanAgent)).status).toBe(403);
    await setAccount({ humanAgent: true });
    expect((await send(humanAgent)).status).toBe(200);
    expect((await send()).status).toBe(403);
    expect((await send({ ...humanAgent, messaging_type: 'RESPONSE' })).status).toBe(403);
    box.advance(5 * DAY_S);
    expect((await send(humanAgent)).status).toBe(403);
  });

  test('whenever it is, in mode "off"', async () => {
    box.simulator.setMode({ messagingWindow: 'off' });
    box.advance(50 * DAY_S);
    expect((await send()).status).toBe(200);
  });

  test('not once they blocked the account', async () => {
    const { status, body } = await setCustomer({ blocked: true });
    expect([status, body.blocked]).toEqual([200, true]);
    const refused = await send();
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatchObject({
      code: 551,
      message: "This person isn't available right now.",
    });
    await setCustomer({ blocked: false });
    expect((await send()).status).toBe(200);
  });
});

test('an account shows typing and seen, and nothing is sent', async () => {
  const show = (changes: object) => box.json(`/me/messages?access_token=${token}`, changes);
  const recipient = { id: customer };
  for (const sender_action of ['typing_on', 'typing_off', 'mark_seen'])
    expect((await show({ recipient, sender_action })).body).toEqual({ recipient_id: customer });
  expect(box.simulator.messages('shop')).toHaveLength(1);
  const subcodes = [
    await show({ recipient, sender_action: 'dance' }),
    await show({ recipient, sender_action: 'typing_on', message: { text: 'x' } }),
    await show({ recipient: { id: '1' }, sender_action: 'typing_on' }),
  ].map(({ body }) => body.error.error_subcode);
  expect(subcodes).toEqual([2534015, 2534015, 2534014]);
  await setCustomer({ blocked: true });
  expect((await show({ recipient, sender_action: 'typing_on' })).body.error.code).toBe(551);
});

test('ice breakers and menu of new conversations are replaced one by one', async () => {
  const path = `/me/messenger_profile?access_token=${token}`;
  const read = async () =>
    (await box.get('/me/messenger_profile', { fields: 'ice_breakers,persistent_menu', access_token: token }))
      .body;
  expect(await read()).toEqual({ data: [] });
  const ice_breakers = [{ call_to_actions: [{ question: 'Open?', payload: 'OPEN' }], locale: 'default' }];
  const persistent_menu = [{ locale: 'default', call_to_actions: [] }];
  expect((await box.json(path, { platform: 'instagram', ice_breakers })).body).toEqual({ result: 'success' });
  await box.form(path, { persistent_menu: JSON.stringify(persistent_menu) });
  expect(await read()).toEqual({ data: [{ ice_breakers, persistent_menu }] });
  for (const unusable of [{}, { ice_breakers: 'none' }])
    expect((await box.json(path, unusable)).body.error.code).toBe(100);
});

describe('sample conversations', () => {
  const samples = async () =>
    (await box.get('/_sim/accounts/many/customers')).body.data as { id: string; answerableUntil: string }[];
  const answer = (id: string) =>
    box.json(`/me/messages?access_token=${token}`, { recipient: { id }, message: { text: 'hello' } });
  beforeEach(() => {
    box.simulator.addAccount({ username: 'many', conversations: 30 });
    token = box.simulator.generateToken('many');
  });

  test('can be answered at once and ever after', async () => {
    const list = await samples();
    expect(list.map((one) => one.answerableUntil)).toEqual(list.map(() => null));
    for (const { id } of list) expect((await answer(id)).status).toBe(200);
    box.advance(46 * DAY_S);
    expect((await answer(list[29]!.id)).status).toBe(200);
  });

  test('follow the rule once their customer writes', async () => {
    const { id } = (await samples())[0]!;
    box.simulator.receive('many', { text: 'hello again', from: id });
    box.advance(DAY_S);
    expect((await answer(id)).status).toBe(403);
  });

  test('follow it from the start in mode "enforced"', async () => {
    box.simulator.setMode({ messagingWindow: 'enforced' });
    const list = await samples();
    expect((await answer(list[0]!.id)).status).toBe(200);
    expect((await answer(list[29]!.id)).status).toBe(403);
  });

  test('that are spelled out follow it too', async () => {
    box.simulator.addAccount({
      username: 'told',
      conversations: [{ customer: 'mia', messages: [{ text: 'hi', minutesAgo: 25 * 60 }] }],
    });
    token = box.simulator.generateToken('told');
    const { body } = await box.get('/_sim/accounts/told/customers');
    expect((await answer(body.data[0].id)).status).toBe(403);
  });
});

test('an owner who disables messages is neither read nor answered', async () => {
  const { conversationId, id } = box.simulator.messages('shop')[0]!;
  await setAccount({ messaging: 'disabled' });
  const reads = ['/me/conversations', `/${conversationId}`, `/${conversationId}/messages`, `/${id}`];
  const answers = [await send(), ...(await Promise.all(reads.map((path) => read(path))))];
  for (const { status, body } of answers) {
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 200, error_subcode: 2534041 });
  }
  expect((await read('/me')).status).toBe(200);
  await setAccount({ messaging: 'enabled' });
  expect((await send()).status).toBe(200);
});

describe('a conversation among the requests', () => {
  const listed = async () => (await read('/me/conversations')).body.data.length as number;

  test('is listed for 30 days of rest', async () => {
    await setCustomer({ folder: 'requests' });
    box.advance(30 * DAY_S - MINUTE_S);
    expect(await listed()).toBe(1);
    box.advance(MINUTE_S);
    expect(await listed()).toBe(0);
    box.simulator.receive('shop', { text: 'hello?', from: 'mia' });
    expect(await listed()).toBe(1);
  });

  test('is accepted by an answer', async () => {
    box.simulator.receive('shop', { text: 'psst', from: 'new', folder: 'requests' });
    const { id } = box.simulator.setCustomer('shop', 'new', {});
    await send({}, id);
    expect(box.simulator.setCustomer('shop', 'new', {}).folder).toBe('general');
    box.advance(31 * DAY_S);
    expect(await listed()).toBe(2);
  });
});

describe('messages before the 20 newest', () => {
  const fields = 'messages.limit(100){id,created_time,from,message}';
  let conversation: string;
  beforeEach(() => {
    for (let count = 0; count < 20; count++) box.simulator.receive('shop', { text: 'more', from: 'mia' });
    conversation = box.simulator.messages('shop')[0]!.conversationId;
  });

  test('count as deleted when asked for alone', async () => {
    const [oldest, second] = box.simulator.messages('shop');
    const { status, body } = await read(`/${oldest!.id}`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 9000001,
      message: 'This Message has been deleted by the user or the business.',
    });
    expect((await read(`/${second!.id}`)).status).toBe(200);
  });

  test('are listed with id and time', async () => {
    const { body } = await read(`/${conversation}`, { fields: 'messages.limit(100)' });
    expect(body.messages.data).toHaveLength(21);
  });

  test('are listed in full, bare, or not at all, as the mode says', async () => {
    const list = () => read(`/${conversation}`, { fields });
    expect((await list()).body.messages.data[20]).toMatchObject({ message: 'hi' });
    box.simulator.setMode({ oldMessages: 'bare' });
    const bare = (await list()).body.messages.data;
    expect(Object.keys(bare[20])).toEqual(['id', 'created_time']);
    expect(bare[19]).toMatchObject({ message: 'more' });
    box.simulator.setMode({ oldMessages: 'refused' });
    expect((await list()).body.error.code).toBe(9000001);
    expect((await read(`/${conversation}`, { fields: 'messages.limit(20){message}' })).status).toBe(200);
  });
});

test('messages count as deleted when taken back', async () => {
  const { id, conversationId } = box.simulator.messages('shop')[0]!;
  const { status, body } = await box.json(`/_sim/accounts/shop/messages/${id}/unsend`, {});
  expect([status, body.unsent]).toEqual([200, true]);
  expect((await read(`/${id}`)).body.error.code).toBe(9000001);
  expect((await read(`/${conversationId}/messages`)).body.data).toEqual([]);
  expect((await send()).body.error.error_subcode).toBe(2534022);
  expect(box.simulator.messages('shop')).toMatchObject([{ id, unsent: true }]);
  expect((await box.json('/_sim/accounts/shop/messages/m_1/unsend', {})).status).toBe(404);
});

describe('customers', () => {
  test('are listed with what is known of them', async () => {
    const { body } = await box.get('/_sim/accounts/shop/customers');
    expect(body.data).toEqual([
      {
        id: customer,
        username: 'mia',
        conversationId: expect.any(String),
        blocked: false,
        folder: 'general',
        lastMessageAt: '2026-05-20T12:00:00.000Z',
        answerableUntil: '2026-05-21T12:00:00.000Z',
      },
    ]);
  });

  test('that do not exist are not found, and wrong settings refused', async () => {
    expect((await setCustomer({ blocked: true }, 'nobody')).status).toBe(404);
    expect((await setCustomer({ folder: 'spam' })).body.errors[0].field).toBe('folder');
    expect((await setAccount({ messaging: 'off' })).body.errors[0].field).toBe('messaging');
  });
});

test('settings outlive the process', async () => {
  await setAccount({ humanAgent: true, messaging: 'disabled', tester: 'pending' });
  await setCustomer({ blocked: true, folder: 'requests' });
  const { body } = await box.get('/_sim/accounts/shop');
  expect(body.settings).toEqual({ humanAgent: true, messaging: 'disabled', tester: 'pending' });
  const later = sandbox({ snapshot: box.simulator.snapshot() });
  expect((await later.get('/_sim/accounts/shop')).body).toEqual(body);
  expect((await later.get('/_sim/accounts/shop/customers')).body.data[0]).toMatchObject({
    blocked: true,
    folder: 'requests',
  });
});

function read(path: string, query: Record<string, string> = {}) {
  return box.get(path, { ...query, access_token: token });
}
