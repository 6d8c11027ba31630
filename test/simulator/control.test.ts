import { type HttpBindings } from '@hono/node-server';
import { createSimulator } from '../../simulator/index';
import { authorizeQuery, DAY_S, refreshQuery, sandbox, shop, START } from './sandbox';

const del = { method: 'DELETE' };

describe('the clock', () => {
  test('returns the time and advances', async () => {
    const box = sandbox();
    expect((await box.get('/_sim/clock')).body).toEqual({ now: '2026-05-20T12:00:00.000Z' });
    const { body } = await box.json('/_sim/clock', { advanceSeconds: 46 * DAY_S });
    expect(body).toEqual({ now: '2026-07-05T12:00:00.000Z' });
    expect(box.simulator.clock.now()).toBe(START + 46 * DAY_S * 1_000);
  });

  test.each([[{ advanceSeconds: -1 }], [{ advanceSeconds: '1' }], [{}], [{ advanceSeconds: 1e300 }]])(
    'does not move by %j',
    async (body) => {
      const box = sandbox();
      const answer = await box.json('/_sim/clock', body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors[0].field).toBe('advanceSeconds');
      expect(box.simulator.clock.now()).toBe(START);
    },
  );

  test('goes on running with the one it is based on', () => {
    let base = START;
    const { clock } = createSimulator({ clock: { now: () => base } });
    clock.advance(5_000);
    base += 1_000;
    expect(clock.now()).toBe(START + 6_000);
    expect(() => clock.advance(-1)).toThrow(RangeError);
  });
});

describe('accounts', () => {
  test('are created and listed with the id that integrations show', async () => {
    const box = sandbox();
    const { status, body } = await box.json('/_sim/accounts', { username: 'shop' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^17841\d{12}$/),
      username: 'shop',
      state: 'not_connected',
    });
    expect((await box.get('/_sim/accounts')).body).toEqual({ data: [body] });
  });

  test('follow from the seed', () => {
    const id = (seed: string) => createSimulator({ seed }).addAccount({ username: 'shop' }).id;
    expect(id('a')).toBe(id('a'));
    expect(id('a')).not.toBe(id('b'));
  });

  test('start with as many conversations as asked for, or with those given', async () => {
    const box = sandbox();
    await box.json('/_sim/accounts', { username: 'many', conversations: 12 });
    const partners = box.simulator
      .messages('many')
      .map(({ from, to }) => [from, to].find((one) => one.username !== 'many'));
    expect(new Set(partners.map((one) => one?.id)).size).toBe(12);
    const messages = [
      { text: 'Hi', minutesAgo: 5 },
      { text: 'Hello!', direction: 'outbound' },
    ];
    await box.json('/_sim/accounts', { username: 'given', conversations: [{ customer: 'mia', messages }] });
    expect(box.simulator.messages('given')).toMatchObject([
      { text: 'Hi', from: { username: 'mia' }, createdAt: '2026-05-20T11:55:00.000Z' },
      { text: 'Hello!', to: { username: 'mia' }, createdAt: '2026-05-20T12:00:00.000Z' },
    ]);
  });

  test('say what their newest token is worth, and never the token', async () => {
    const box = sandbox();
    const { id, token } = shop(box);
    const read = async () => box.get(`/_sim/accounts/${id}`);
    const answer = await read();
    expect(answer.body.state).toBe('valid');
    expect(answer.text).not.toContain(token);
    box.advance(61 * DAY_S);
    expect((await read()).body.state).toBe('expired');
    await box.json(`/_sim/accounts/${id}/invalidate`, { subcode: 458 });
    expect((await read()).body).toMatchObject({ state: 'invalidated', token: { subcode: 458 } });
  });

  test('have a username of their own', async () => {
    const box = sandbox();
    shop(box);
    const { status, body } = await box.json('/_sim/accounts', { username: 'shop' });
    expect(status).toBe(409);
    expect(body.errors[0].field).toBe('username');
  });

  test('that do not exist are not found', async () => {
    const box = sandbox();
    for (const verb of ['invalidate', 'restore', 'inbound', 'tokens']) {
      expect((await box.json(`/_sim/accounts/1/${verb}`, { text: 'hi' })).status).toBe(404);
    }
    expect((await box.get('/_sim/accounts/1/messages')).status).toBe(404);
    expect((await box.get('/_sim/accounts/1')).status).toBe(404);
  });

  test('lose their tokens with subcode 460 by default', async () => {
    const box = sandbox();
    const { id, token } = shop(box);
    await box.request(`/_sim/accounts/${id}/invalidate`, { method: 'POST' });
    expect((await box.get('/me', { access_token: token })).body.error.error_subcode).toBe(460);
    await box.json(`/_sim/accounts/${id}/invalidate`, { subcode: 467 });
    expect((await box.get('/me', { access_token: token })).body.error.error_subcode).toBe(467);
  });

  test('get tokens without OAuth, as from a dashboard', async () => {
    const box = sandbox();
    const { id } = shop(box);
    const { body } = await box.json(`/_sim/accounts/${id}/tokens`, { kind: 'short' });
    expect(body).toMatchObject({ kind: 'short', expiresAt: '2026-05-20T13:00:00.000Z' });
    expect((await box.get('/me', { access_token: body.accessToken })).status).toBe(200);
  });
});

describe('inbound messages', () => {
  test('arrive from who is named, known or new', async () => {
    const box = sandbox();
    const { id } = shop(box);
    const inbound = (body: object) => box.json(`/_sim/accounts/${id}/inbound`, body);
    const first = await inbound({ text: 'one', from: 'mia' });
    expect(first.status).toBe(201);
    const again = await inbound({ text: 'two', from: first.body.from.id });
    expect(again.body.conversationId).toBe(first.body.conversationId);
    const byId = await inbound({ text: 'three', from: '1602510301006188' });
    expect(byId.body.from.id).toBe('1602510301006188');
    const { body } = await box.get(`/_sim/accounts/${id}/messages`);
    expect(body.data.map((one: { text: string }) => one.text)).toEqual(['one', 'two', 'three']);
  });

  test('without a name come from the last customer, or a new one', async () => {
    const box = sandbox();
    shop(box);
    const { from } = box.simulator.receive('shop', { text: 'one' });
    box.advance(1);
    const latest = box.simulator.receive('shop', { text: 'two', from: 'mia' });
    box.advance(1);
    expect(box.simulator.receive('shop', { text: 'three' }).from).toEqual(latest.from);
    expect(from.username).not.toBe('mia');
  });
});

describe('the ledger', () => {
  test('shows what was asked, by whom and with which result, without any secret', async () => {
    const box = sandbox();
    const { id, token } = shop(box);
    await box.get('/v24.0/me', { access_token: token, fields: 'id' });
    box.advance(1);
    await box.get('/refresh_access_token', refreshQuery('IGAAnothing'));
    await box.get(`/${token}/messages`);
    await box.get('/_sim/clock');
    const { text, body } = await box.get('/_sim/requests');
    expect(body.data).toEqual([
      { seq: 1, at: '2026-05-20T12:00:00.000Z', method: 'GET', path: '/me', account: id, status: 200 },
      {
        seq: 2,
        at: '2026-05-20T12:00:01.000Z',
        method: 'GET',
        path: '/refresh_access_token',
        account: null,
        status: 401,
      },
      expect.objectContaining({ seq: 3, path: '/[token]/messages', status: 400 }),
    ]);
    expect(text).not.toContain('IGAA');
  });

  test('can be read from a sequence number or an instant on', async () => {
    const box = sandbox();
    for (let call = 0; call < 3; call++) {
      await box.get('/me');
      box.advance(10);
    }
    const seqs = async (since: string) =>
      (await box.get('/_sim/requests', { since })).body.data.map((row: { seq: number }) => row.seq);
    expect(await seqs('2')).toEqual([3]);
    expect(await seqs('2026-05-20T12:00:10.000Z')).toEqual([2, 3]);
    expect((await box.get('/_sim/requests', { since: 'yesterday' })).body.errors[0].field).toBe('since');
  });
});

describe('control input that is wrong is refused field by field', () => {
  test.each([
    ['/_sim/accounts', { username: 'a b', followers: 3 }, ['username', 'followers']],
    ['/_sim/login', { account: 'shop', decision: 'maybe' }, ['decision']],
    ['/_sim/login', { decision: 'allow' }, ['account']],
    ['/_sim/login', { account: 'shop', decision: 'allow', scopes: ['all'] }, ['scopes.0']],
    ['/_sim/mode', { refreshReturns: 'new', exchangeShape: 1 }, ['refreshReturns', 'exchangeShape']],
    ['/_sim/faults', { match: { path: 'me' }, status: 500 }, ['match.path']],
    ['/_sim/faults', { match: { path: '/v25.0/me' }, status: 500 }, ['match.path']],
    ['/_sim/faults', { match: { path: '/_sim/clock' }, status: 500 }, ['match.path']],
    ['/_sim/faults', { match: { user: 'shop' }, times: 0, status: 99 }, ['match.user', 'times', 'status']],
    ['/_sim/faults', { match: {}, error: { subcode: 460 } }, ['error.code']],
    ['/_sim/faults', { match: {} }, ['body']],
    ['/_sim/faults', { match: {}, drop: 'after', body: '' }, ['body']],
    ['/_sim/faults', { truncate: true, drop: 'after' }, ['body']],
    ['/_sim/faults', { forSeconds: 60 }, ['body']],
    ['/_sim/mode', { locale: 'xx', app: 'off', limits: true }, ['limits', 'locale', 'app']],
    ['/_sim/webhooks', { dataDeletionUrl: 'http://example.com' }, ['dataDeletionUrl']],
    ['/_sim/deliveries/release', { order: 'random' }, ['order']],
    ['/_sim/reset', { everything: true }, ['everything']],
  ])('%s %j', async (path, input, fields) => {
    const { status, body } = await sandbox().json(path, input);
    expect(status).toBe(400);
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual(fields);
  });

  test('and so is a body that is no JSON, or an account that a login cannot be for', async () => {
    const box = sandbox();
    const broken = await box.request('/_sim/mode', { method: 'POST', body: '{' });
    expect([broken.status, broken.body.errors[0].field]).toEqual([400, 'body']);
    const nobody = await box.json('/_sim/login', { account: 'nobody', decision: 'allow' });
    expect([nobody.status, nobody.body.errors[0].field]).toEqual([409, 'account']);
  });
});

describe('control routes', () => {
  test.each([
    [{ host: 'evil.example' }],
    [{ host: 'localhost.evil.example:4010' }],
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
  ])('refuse %j', async (headers) => {
    const box = sandbox();
    expect((await box.json('/_sim/clock', { advanceSeconds: 1 }, headers)).status).toBe(403);
    expect(box.simulator.clock.now()).toBe(START);
  });

  test.each([
    ['10.0.0.7', 403],
    ['::ffff:10.0.0.7', 403],
    ['::ffff:127.0.0.1', 200],
    ['::1', 200],
  ])('answer %s with %i', async (remoteAddress, status) => {
    const connection = { incoming: { socket: { remoteAddress } } } as unknown as Partial<HttpBindings>;
    const { app } = sandbox().simulator;
    expect((await app.request('/_sim/clock', {}, connection)).status).toBe(status);
  });

  test.each([[{ host: '127.0.0.1:4010' }], [{ host: '[::1]:4010' }], [{ origin: 'http://localhost:3000' }]])(
    'answer %j',
    async (headers) => {
      expect((await sandbox().get('/_sim/clock', {}, headers)).status).toBe(200);
    },
  );

  test('that do not exist are not taken for paths of Instagram', async () => {
    const box = sandbox();
    expect((await box.get('/_sim/nothing')).status).toBe(404);
    expect(box.simulator.requests()).toEqual([]);
  });
});

test('faults and modes can be read back, and faults deleted', async () => {
  const box = sandbox();
  const { status, body } = await box.json('/_sim/faults', {
    match: { method: 'get' },
    times: 2,
    status: 500,
  });
  expect(status).toBe(201);
  expect((await box.get('/_sim/faults')).body).toEqual({ data: [body] });
  expect(body).toMatchObject({ match: { method: 'GET' }, times: 2, remaining: 2 });
  await box.request('/_sim/faults', del);
  expect((await box.get('/_sim/faults')).body).toEqual({ data: [] });
  await box.json('/_sim/mode', { refreshReturns: 'same' });
  expect((await box.get('/_sim/mode')).body).toMatchObject({
    refreshReturns: 'same',
    exchangeShape: 'data_array',
  });
});

test('a login scripted over HTTP decides the next consent', async () => {
  const box = sandbox();
  const { id } = shop(box);
  const { status, body } = await box.json('/_sim/login', { account: id, decision: 'deny' });
  expect(status).toBe(200);
  expect(body).toEqual({ account: id, decision: 'deny', scopes: null });
  const { headers } = await box.get('/oauth/authorize', authorizeQuery());
  expect(headers.get('location')).toContain('error=access_denied');
});

describe('a reset', () => {
  test('forgets accounts, tokens, faults, modes, logins and the ledger, and keeps the time', async () => {
    const box = sandbox();
    const { id, token } = shop(box);
    box.advance(DAY_S);
    await box.get('/me');
    box.simulator.addFault({ match: {}, status: 500 });
    box.simulator.setMode({ refreshReturns: 'same' });
    box.simulator.scriptLogin({ decision: 'deny' });
    expect((await box.request('/_sim/reset', { method: 'POST' })).status).toBe(200);
    expect((await box.get('/_sim/accounts')).body).toEqual({ data: [] });
    expect((await box.get('/_sim/requests')).body).toEqual({ data: [] });
    expect((await box.get('/_sim/mode')).body.refreshReturns).toBe('new_old_valid');
    expect((await box.get('/me', { access_token: token })).status).toBe(401);
    expect((await box.get('/oauth/authorize', authorizeQuery())).status).toBe(200);
    expect(box.simulator.clock.now()).toBe(START + DAY_S * 1_000);
    const later = shop(box);
    expect(later.id).not.toBe(id);
    expect(later.token).not.toBe(token);
  });

  test('sets the time back on request', async () => {
    const box = sandbox();
    box.advance(DAY_S);
    await box.json('/_sim/reset', { clock: true });
    expect(box.simulator.clock.now()).toBe(START);
  });
});
