import { sendMessageWorkflowId, TASK_QUEUE, WORKFLOW_TYPES } from '../../../../core/names';
import { DAY_MS, MINUTE_MS } from '../../../../core/time';
import { type TestApi, useApi } from '../../../support/api';
import { type Stack, grant } from '../../../support/stack';

let stack: Stack;
let api: TestApi;
let id: string;
let recipientId: string;
useApi((started) => ({ stack, api } = started));
beforeAll(async () => {
  stack.simulator.addAccount({ username: 'inbox', conversations: 5 });
  ({ id } = await stack.connect('inbox'));
  const { body } = await api.get(`/v1/integrations/${id}/conversations`);
  const accountId = stack.simulator.account('inbox').id;
  recipientId = body.data[0].participants.find((one: { id: string }) => one.id !== accountId).id;
});
afterEach(() => stack.calm());

const outbound = () => stack.simulator.messages('inbox').filter(({ direction }) => direction === 'outbound');
const send = (key: string, body: object) =>
  api.post(`/v1/integrations/${id}/messages`, { recipientId, ...body }, { 'idempotency-key': key });
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

describe('reading', () => {
  test('conversations come in pages, with their participants and nothing of Instagram’s own paging', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await api.get(
        `/v1/integrations/${id}/conversations?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      expect(Object.keys(body)).toEqual(['data', 'nextCursor']);
      for (const row of body.data) {
        expect(row).toEqual({
          id: expect.any(String),
          updatedAt: instant,
          participants: [
            { id: expect.any(String), username: expect.any(String) },
            { id: expect.any(String), username: expect.any(String) },
          ],
        });
        seen.push(row.id);
      }
      cursor = body.nextCursor ?? '';
    } while (cursor);
    expect(new Set(seen).size).toBe(5);
  });

  test('messages are newest first, in pages', async () => {
    for (let i = 0; i < 25; i++)
      stack.simulator.receive('inbox', { text: `message ${i}`, from: 'talkative' });
    const { body: list } = await api.get(`/v1/integrations/${id}/conversations?limit=1`);
    const path = `/v1/integrations/${id}/conversations/${list.data[0].id}/messages`;
    const first = await api.get(path);
    expect(first.status).toBe(200);
    expect(first.body.data).toHaveLength(20);
    expect(first.body.data[0]).toEqual({
      id: expect.any(String),
      createdAt: instant,
      from: { id: expect.any(String), username: 'talkative' },
      to: [{ id: stack.simulator.account('inbox').id, username: 'inbox' }],
      text: 'message 24',
    });
    const rest = await api.get(`${path}?limit=100&cursor=${first.body.nextCursor}`);
    expect(rest.body.data[0]).toMatchObject({ text: 'message 4' });
    expect(JSON.stringify([first.body, rest.body])).not.toContain('access_token');
  });

  test('a message that Instagram keeps no details of says so', async () => {
    const messages = {
      data: [
        { id: 'm_1', created_time: '2026-04-05T05:27:08+0000' },
        { id: 'm_2', message: 'x' },
      ],
    };
    stack.simulator.addFault({ match: { path: '/c1' }, times: 1, status: 200, body: { id: 'c1', messages } });
    const { body } = await api.get(`/v1/integrations/${id}/conversations/c1/messages`);
    expect(body).toEqual({
      data: [
        {
          id: 'm_1',
          createdAt: '2026-04-05T05:27:08.000Z',
          from: null,
          to: [],
          text: null,
          unavailable: true,
        },
        { id: 'm_2', createdAt: null, from: null, to: [], text: 'x' },
      ],
      nextCursor: null,
    });
  });

  test('a conversation that does not exist is not found', async () => {
    const { status, body } = await api.get(`/v1/integrations/${id}/conversations/nobody/messages`);
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  test.each([
    ['throttled', { error: { code: 4 }, status: 403 }, 429, 'rate_limited'],
    ['down', { status: 500 }, 503, 'provider_unavailable'],
    ['silent', { drop: 'before' as const }, 503, 'provider_unavailable'],
    ['talking nonsense', { body: '<html>', status: 200 }, 503, 'provider_unavailable'],
    ['refusing the whole app', { app: 'blocked' as const }, 503, 'provider_incident'],
    ['refusing the permission', { error: { code: 10 }, status: 400 }, 422, 'permission_missing'],
    ['unknown', { error: { code: 98_765 }, status: 400 }, 503, 'provider_unavailable'],
  ])('Instagram %s gets its own error, and the connection stays', async (_, fault, status, code) => {
    stack.simulator.addFault({ match: { path: '/me/conversations' }, times: 1, ...fault });
    const answer = await api.get(`/v1/integrations/${id}/conversations`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    if (status !== 422) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await stack.row(id)).state).toBe('active');
  });
});

describe('sending', () => {
  test('a message goes out once per key, and the same key gives the same answer', async () => {
    const before = outbound().length;
    const first = await send('k-once', { text: 'Hello there' });
    expect(first.status).toBe(201);
    expect(first.body).toEqual({ messageId: expect.any(String), recipientId });
    const again = await send('k-once', { text: 'Hello there' });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(outbound().slice(before)).toMatchObject([{ text: 'Hello there' }]);
  });

  test('of requests with one key at the same time one is sent, and all get its answer', async () => {
    const before = outbound().length;
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('k-crowd', { text: 'Only once' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(new Set(answers.map(({ body }) => body.messageId)).size).toBe(1);
    expect(outbound()).toHaveLength(before + 1);
  });

  test('a send that begins just after its twin has ended sends nothing', async () => {
    const { body } = await send('k-twin', { text: 'Twice?' });
    const before = outbound().length;
    const { rows } = await stack.pool.query(
      'select key_digest, payload_id from message_sends where message_id = $1',
      [body.messageId],
    );
    const [{ key_digest: keyDigest, payload_id: payloadId }] = rows;
    const again = await stack.client.workflow.execute(WORKFLOW_TYPES.sendMessage, {
      workflowId: sendMessageWorkflowId(id, keyDigest),
      taskQueue: TASK_QUEUE,
      args: [{ integrationId: id, keyDigest, payloadId }],
    });
    expect(again).toEqual({ sent: body });
    expect(outbound()).toHaveLength(before);
  });

  test('a key that was used for another message is refused', async () => {
    await send('k-taken', { text: 'One' });
    const before = outbound().length;
    const { status, body } = await send('k-taken', { text: 'Another' });
    expect([status, body.code]).toEqual([422, 'idempotency_mismatch']);
    expect((await send('k-taken', { text: 'One', tag: 'HUMAN_AGENT' })).status).toBe(422);
    expect(outbound()).toHaveLength(before);
  });

  test('a key is free again after 7 days', async () => {
    const { body: first } = await send('k-old', { text: 'Weekly' });
    await stack.travel.advance(7 * DAY_MS + 1_000);
    const { status, body } = await send('k-old', { text: 'Weekly, again' });
    expect(status).toBe(201);
    expect(body.messageId).not.toBe(first.messageId);
  });

  test('a key is required', async () => {
    const { status, body } = await api.post(`/v1/integrations/${id}/messages`, { recipientId, text: 'x' });
    expect([status, body.errors[0].field]).toEqual([400, 'idempotency-key']);
  });

  test('a text over 1,000 bytes is refused before anything is kept', async () => {
    for (const text of ['ä'.repeat(501), 'x'.repeat(20_000)]) {
      const { status, body } = await send('k-long', { text });
      expect([status, body.code]).toEqual([422, 'text_too_long']);
    }
    expect((await send('k-long', { text: 'ä'.repeat(500) })).status).toBe(201);
  });

  test.each([
    ['the window is closed', { code: 10, subcode: 2534022 }, 'window_closed'],
    ['the recipient cannot be reached', { code: 551 }, 'recipient_unavailable'],
    ['the account may not', { code: 10 }, 'permission_missing'],
    ['the account is restricted', { code: 368 }, 'policy_blocked'],
    ['something else is wrong with it', { code: 100 }, 'provider_rejected_call'],
  ])('%s: 422, and the same again for the key', async (_, error, code) => {
    stack.simulator.addFault({ match: { path: '/me/messages' }, times: 1, error, status: 400 });
    for (let times = 0; times < 2; times++) {
      const answer = await send(`k-${code}`, { text: 'No' });
      expect([answer.status, answer.body.code]).toEqual([422, code]);
      expect(answer.body.detail).not.toMatch(/instagram answered/i);
    }
  });

  test('a recipient whom the account never wrote with cannot be reached', async () => {
    const { status, body } = await send('k-stranger', { recipientId: '99999', text: 'Hi' });
    expect([status, body.code]).toEqual([422, 'recipient_unavailable']);
  });

  test('an answer that is lost is looked up, not repeated', async () => {
    const before = outbound().length;
    stack.simulator.addFault({ match: { path: '/me/messages' }, times: 1, drop: 'after' });
    const { status, body } = await send('k-lost', { text: 'Did it arrive?' });
    expect(status).toBe(201);
    expect(outbound().slice(before)).toMatchObject([{ text: 'Did it arrive?', id: body.messageId }]);
  });

  test('when it is unknown whether it arrived, the answer says so', async () => {
    stack.simulator.addFault({ match: { path: '/me/messages' }, times: 1, drop: 'after' });
    stack.simulator.addFault({ match: { path: '/me/conversations' }, status: 400, error: { code: 100 } });
    const { status, body } = await send('k-unknown', { text: 'Who knows' });
    expect([status, body.code]).toEqual([502, 'outcome_unknown']);
    stack.simulator.clearFaults();
    const before = outbound().length;
    expect((await send('k-unknown', { text: 'Who knows' })).body.code).toBe('outcome_unknown');
    expect(outbound()).toHaveLength(before);
  });
});

describe('what messages can be used for', () => {
  const PATHS = { read: '/me/conversations', send: '/me/messages' };
  const fault = (path: string, code: number, subcode?: number) =>
    stack.simulator.addFault({
      match: { path },
      status: 400,
      error: { code, ...(subcode !== undefined && { subcode }) },
    });
  const read = (of: string) => api.get(`/v1/integrations/${of}/conversations`);
  const view = async (of: string) => (await api.get(`/v1/integrations/${of}`)).body;
  const changes = async (of: string) =>
    (await api.get(`/v1/integrations/${of}/events`)).body.data
      .filter(({ type }: { type: string }) => type === 'capability.changed')
      .map(({ data }: { data: Record<string, unknown> }) => [data.previous, data.messages]);
  const asked = (path: string) =>
    stack.simulator.requests().filter((request) => request.path.endsWith(path)).length;

  test('a permission that its owner took back is a state: a way back, one event, no calls in vain', async () => {
    const { id: trimmed } = await stack.connect('trimmed');
    expect((await read(trimmed)).status).toBe(200);
    expect((await view(trimmed)).capabilities.messages).toBe('ok');
    fault(PATHS.read, 10);
    for (let n = 0; n < 3; n++) expect([(await read(trimmed)).status, n]).toEqual([422, n]);
    const refused = await view(trimmed);
    expect(refused).toMatchObject({
      state: 'active',
      capabilities: { messages: 'permission_missing' },
      reconnectUrl: expect.stringContaining('/connect/'),
      banner: {
        level: 'warning',
        cause: 'owner',
        text: '@trimmed does not allow Shopdesk to use its messages. Reconnect and allow access to messages.',
        actions: [{ kind: 'reconnect' }],
      },
    });
    const calls = asked(PATHS.read);
    const again = await Promise.all(Array.from({ length: 10 }, () => read(trimmed)));
    expect(new Set(again.map(({ body }) => body.code))).toEqual(new Set(['permission_missing']));
    expect(asked(PATHS.read)).toBe(calls);

    stack.simulator.clock.advance(15 * MINUTE_MS);
    expect((await read(trimmed)).status).toBe(422);
    expect(asked(PATHS.read)).toBe(calls + 1);
    stack.simulator.clearFaults();
    stack.simulator.clock.advance(15 * MINUTE_MS);
    expect((await read(trimmed)).status).toBe(200);
    expect(await view(trimmed)).toMatchObject({
      capabilities: { messages: 'ok' },
      banner: null,
      reconnectUrl: null,
    });
    expect(await changes(trimmed)).toEqual([
      ['permission_missing', 'ok'],
      ['ok', 'permission_missing'],
    ]);
  });

  test('a new grant is tried at once', async () => {
    const row = await stack.connect('regranted');
    fault(PATHS.read, 10);
    for (let n = 0; n < 3; n++) await read(row.id);
    stack.simulator.clearFaults();
    await grant(stack.deps, await stack.row(row.id), 'regranted', stack.simulator);
    expect((await view(row.id)).capabilities.messages).toBe('unknown');
    expect((await read(row.id)).status).toBe(200);
  });

  test.each([
    [3, undefined, 'app_access_missing', 'service'],
    [10, 2018300, 'other_app', 'owner'],
    [100, 2534037, 'other_app', 'owner'],
  ])('a refusal with %p/%p is of its own: %s', async (code, subcode, problem, cause) => {
    const name = `refused.${code}`;
    const { id: refused } = await stack.connect(name);
    fault(PATHS.read, code, subcode);
    for (let n = 0; n < 3; n++) expect((await read(refused)).body.code).toBe(problem);
    expect(await view(refused)).toMatchObject({
      state: 'active',
      capabilities: { messages: problem },
      banner: { level: 'warning', cause },
      reconnectUrl: null,
    });
  });

  test('a conversation that another app has does not hold up others', async () => {
    fault(PATHS.send, 100, 2534037);
    for (let n = 0; n < 3; n++)
      expect((await send(`k-other-${n}`, { text: 'Hi' })).body.code).toBe('other_app');
    expect((await read(id)).status).toBe(200);
    expect((await view(id)).capabilities.messages).toBe('other_app');
    stack.simulator.clearFaults();
    expect((await send('k-other-again', { text: 'Hi' })).status).toBe(201);
    expect((await view(id)).capabilities.messages).toBe('ok');
  });

  test('one odd row is unavailable, and the page complete; an answer of no known form says so', async () => {
    stack.simulator.addFault({
      match: { path: PATHS.read },
      times: 1,
      body: { data: [null, { id: 'c1', participants: null }] },
    });
    const { body } = await read(id);
    expect(body.data).toEqual([
      { id: null, updatedAt: null, participants: [], unavailable: true },
      { id: 'c1', updatedAt: null, participants: [] },
    ]);
    stack.simulator.addFault({ match: { path: PATHS.read }, times: 1, body: { conversations: [] } });
    const odd = await read(id);
    expect([odd.status, odd.body]).toEqual([
      503,
      expect.objectContaining({
        code: 'provider_unavailable',
        why: 'unreadable',
        operation: 'list_conversations',
        field: 'data',
      }),
    ]);
  });
});
