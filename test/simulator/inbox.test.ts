import { graphDate } from '../../simulator/graph/dates';
import { sandbox, type Sandbox, shop, START } from './sandbox';

/** What an app reads when it follows the cursors to the end. */
async function readAll(box: Sandbox, path: string, query: Record<string, string>): Promise<{ id: string }[]> {
  const read: { id: string }[] = [];
  for (let after = ''; ;) {
    const { body } = await box.get(path, { ...query, ...(after !== '' && { after }) });
    read.push(...body.data);
    if (!body.paging?.next) return read;
    after = body.paging.cursors.after;
  }
}

describe('conversations', () => {
  test('give id and time by default, the latest first', async () => {
    const box = sandbox();
    const { id, token } = shop(box, 3);
    const { body } = await box.get(`/v25.0/${id}/conversations`, {
      platform: 'instagram',
      access_token: token,
    });
    expect(body.data).toHaveLength(3);
    expect(Object.keys(body.data[0]).sort()).toEqual(['id', 'updated_time']);
    expect(body.data[0].updated_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
    const times = body.data.map((one: { updated_time: string }) => one.updated_time);
    expect(times).toEqual([...times].sort().reverse());
  });

  test('move to the top when a message arrives', async () => {
    const box = sandbox();
    const { token } = shop(box, 3);
    const read = async () =>
      (await box.get('/me/conversations', { fields: 'participants,updated_time', access_token: token })).body;
    const last = (await read()).data[2].participants.data[1].username;
    box.advance(60);
    box.simulator.receive('shop', { text: 'hello again', from: last });
    const first = (await read()).data[0];
    expect(first.participants.data[1].username).toBe(last);
    expect(first.updated_time).toBe(graphDate(START + 60_000));
  });

  test('name both participants', async () => {
    const box = sandbox();
    const { id, token } = shop(box);
    const { from } = box.simulator.receive('shop', { text: 'hi', from: 'mia' });
    const { body } = await box.get('/me/conversations', { fields: 'participants', access_token: token });
    expect(body.data[0].participants.data).toEqual([
      { username: 'shop', id },
      { username: 'mia', id: from.id },
    ]);
  });

  test('are narrowed to one customer by user_id', async () => {
    const box = sandbox();
    const { token } = shop(box, 4);
    const { from, conversationId } = box.simulator.receive('shop', { text: 'hi', from: 'mia' });
    const ask = async (user_id: string) =>
      (await box.get('/me/conversations', { user_id, access_token: token })).body.data;
    expect((await ask(from.id)).map((one: { id: string }) => one.id)).toEqual([conversationId]);
    expect(await ask('1')).toEqual([]);
  });

  test('are read completely through cursors, each once', async () => {
    const box = sandbox();
    const { token } = shop(box, 7);
    const read = await readAll(box, '/me/conversations', { limit: '3', access_token: token });
    expect(new Set(read.map(({ id }) => id)).size).toBe(7);
    expect(read).toHaveLength(7);
  });

  test('come 100 at most to a page, 25 by default', async () => {
    const box = sandbox();
    const { token } = shop(box, 100);
    box.simulator.receive('shop', { text: 'hi', from: 'mia' });
    const count = async (query: object) =>
      (await box.get('/me/conversations', { ...query, access_token: token })).body.data.length;
    expect(await count({})).toBe(25);
    expect(await count({ limit: '500' })).toBe(100);
  });

  test('can be paged back', async () => {
    const box = sandbox();
    const { token } = shop(box, 5);
    const page = async (query: Record<string, string>) =>
      (await box.get('/me/conversations', { limit: '2', access_token: token, ...query })).body;
    const first = await page({});
    expect(first.paging.previous).toBeUndefined();
    const second = await page({ after: first.paging.cursors.after });
    expect(second.paging.previous).toContain('before=');
    expect((await page({ before: second.paging.cursors.before })).data).toEqual(first.data);
    const third = await page({ after: second.paging.cursors.after });
    expect((await page({ before: third.paging.cursors.before })).data).toEqual(second.data);
  });

  test('have a next link that carries the token and escaped slashes, and works', async () => {
    const box = sandbox();
    const { token } = shop(box, 3);
    const { text, body } = await box.get('/v24.0/me/conversations', { limit: '2', access_token: token });
    expect(text).toContain('"next":"http:\\/\\/localhost\\/v24.0\\/');
    expect(body.paging.next).toContain(`access_token=${token}`);
    const next = await box.request(body.paging.next);
    expect(next.body.data).toHaveLength(1);
    expect(next.body.paging.next).toBeUndefined();
  });

  test.each([
    ['an unknown field', { fields: 'id,unread_count' }, 100],
    ['an unfinished field list', { fields: 'messages{id' }, 2500],
    ['another platform', { platform: 'messenger' }, 100],
    ['a limit that is no number', { limit: 'many' }, 100],
    ['a cursor of its own making', { after: 'page2' }, 100],
  ])('refuse %s, on an empty inbox too', async (_, query, code) => {
    const box = sandbox();
    const { token } = shop(box);
    const { status, body } = await box.get('/me/conversations', { access_token: token, ...query });
    expect([status, body.error.code]).toEqual([400, code]);
  });
});

describe('messages', () => {
  const customerSays = (box: Sandbox, texts: string[]) =>
    texts.map((text) => {
      box.advance(1);
      return box.simulator.receive('shop', { text, from: 'mia' });
    });

  test('are listed under their conversation with id and time, newest first', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const sent = customerSays(box, ['one', 'two']);
    const conversationId = sent[0]?.conversationId ?? '';
    const { body } = await box.get(`/${conversationId}`, { fields: 'messages', access_token: token });
    expect(body.id).toBe(conversationId);
    expect(body.messages.data).toEqual([
      { id: sent[1]?.id, created_time: graphDate(START + 2_000) },
      { id: sent[0]?.id, created_time: graphDate(START + 1_000) },
    ]);
  });

  test('come with the fields asked for, nested, limited and continued', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const sent = customerSays(box, ['one', 'two', 'three']);
    const { body } = await box.get(`/${sent[0]?.conversationId}`, {
      fields: 'messages.limit(2){message,from{username},to}',
      access_token: token,
    });
    expect(body.messages.data).toEqual([
      {
        id: sent[2]?.id,
        message: 'three',
        from: { username: 'mia', id: expect.any(String) },
        to: { data: [{ username: 'shop', id: expect.any(String) }] },
      },
      expect.objectContaining({ message: 'two' }),
    ]);
    const next = await box.request(body.messages.paging.next);
    expect(next.body.data.map((one: { message: string }) => one.message)).toEqual(['one']);
  });

  test('of a conversation are read completely through cursors', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const sent = customerSays(
      box,
      Array.from({ length: 30 }, (_, index) => `message ${index}`),
    );
    const read = await readAll(box, `/${sent[0]?.conversationId}/messages`, { access_token: token });
    expect(read.map(({ id }) => id)).toEqual(sent.map(({ id }) => id).reverse());
  });

  test('of one instant keep their order across pages', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const sent = ['one', 'two', 'three'].map((text) => box.simulator.receive('shop', { text, from: 'mia' }));
    const path = `/${sent[0]?.conversationId}/messages`;
    const read = await readAll(box, path, { limit: '1', access_token: token });
    expect(read.map(({ id }) => id)).toEqual(sent.map(({ id }) => id).reverse());
  });

  test('come one by one with their fields, and leave out what they do not have', async () => {
    const box = sandbox();
    const { id, token } = shop(box);
    const [sent] = customerSays(box, ['Hi Kitty!']);
    const { body } = await box.get(`/${sent?.id}`, {
      fields: 'id,created_time,from,to,message,attachments',
      access_token: token,
    });
    expect(body).toEqual({
      id: sent?.id,
      created_time: graphDate(START + 1_000),
      from: sent?.from,
      to: { data: [{ username: 'shop', id }] },
      message: 'Hi Kitty!',
    });
  });
});

describe('sending', () => {
  const customer = (box: Sandbox) => box.simulator.receive('shop', { text: 'hi', from: 'mia' }).from.id;

  test('delivers JSON, and the message can be read back', async () => {
    const box = sandbox();
    const { id, token } = shop(box);
    const recipient = customer(box);
    const { status, body } = await box.json(
      `/v25.0/${id}/messages`,
      { recipient: { id: recipient }, message: { text: 'Grüße 👋' } },
      { authorization: `Bearer ${token}` },
    );
    expect(status).toBe(200);
    expect(body).toEqual({ recipient_id: recipient, message_id: expect.any(String) });
    const read = await box.get(`/${body.message_id}`, { fields: 'message,from', access_token: token });
    expect(read.body).toMatchObject({ message: 'Grüße 👋', from: { id } });
    expect(box.simulator.messages('shop').map((one) => one.direction)).toEqual(['inbound', 'outbound']);
  });

  test('delivers forms with JSON inside', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const { status } = await box.form('/me/messages', {
      recipient: JSON.stringify({ id: customer(box) }),
      message: JSON.stringify({ text: 'hello' }),
      messaging_type: 'MESSAGE_TAG',
      tag: 'HUMAN_AGENT',
      access_token: token,
    });
    expect(status).toBe(200);
  });

  test('takes 1000 bytes of text, not 1000 characters', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const recipient = { id: customer(box) };
    const send = (text: string) =>
      box.json(`/me/messages?access_token=${token}`, { recipient, message: { text } });
    expect((await send('é'.repeat(500))).status).toBe(200);
    const { status, body } = await send(`${'é'.repeat(500)}x`);
    expect([status, body.error.code]).toEqual([400, 100]);
    expect(box.simulator.messages('shop')).toHaveLength(2);
  });

  test('refuses a customer who never wrote to this account', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.addAccount({ username: 'other' });
    const stranger = box.simulator.receive('other', { text: 'hi' }).from;
    customer(box);
    for (const id of [stranger.id, stranger.username, 'mia']) {
      const { status, body } = await box.json(`/me/messages?access_token=${token}`, {
        recipient: { id },
        message: { text: 'hello' },
      });
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ code: 100, error_subcode: 2534014 });
    }
  });

  test.each([
    ['no text', { recipient: { id: '1' }, message: {} }],
    ['an empty text', { recipient: { id: '1' }, message: { text: '' } }],
    ['no recipient', { message: { text: 'hello' } }],
    ['a form value that is no JSON', { recipient: 'mia', message: { text: 'hello' } }],
  ])('refuses %s', async (_, message) => {
    const box = sandbox();
    const { token } = shop(box);
    const { body } = await box.json(`/me/messages?access_token=${token}`, message);
    expect(body.error).toMatchObject({ code: 100, error_subcode: 2534015 });
  });
});
