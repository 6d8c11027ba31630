import { DAY_S, longTokenQuery, refreshQuery, sandbox, type Sandbox, shop, shortToken } from './sandbox';

let box: Sandbox;
let id: string;
let token: string;
beforeEach(() => {
  box = sandbox();
  ({ id, token } = shop(box));
});

const me = (value = token) => box.get('/me', { access_token: value });
const invalidate = (how: object) => box.json(`/_sim/accounts/${id}/invalidate`, how);

describe('an invalidation', () => {
  test('decides the status of its refusals, 400 or 401', async () => {
    expect((await invalidate({ subcode: 460 })).status).toBe(200);
    expect((await me()).status).toBe(400);
    await invalidate({ subcode: 460, status: 401 });
    const { status, body } = await me();
    expect([status, body.error.error_subcode]).toEqual([401, 460]);
    expect((await invalidate({ status: 403 })).body.errors[0].field).toBe('status');
  });

  test('decides their text', async () => {
    const message =
      'Error validating access token: The session has been invalidated because the user has changed the password.';
    await invalidate({ subcode: null, message });
    const { body, headers } = await me();
    expect(body.error.message).toBe(message);
    expect(body.error).not.toHaveProperty('error_subcode');
    expect(headers.get('www-authenticate')).toContain(message);
  });

  test('decides their language, whatever the sandbox’s is', async () => {
    box.simulator.setMode({ locale: 'zh_CN' });
    await invalidate({ subcode: 460, locale: 'pt_BR' });
    expect((await me()).body.error.message).toContain('o usuário alterou a senha');
    await invalidate({ subcode: 460 });
    expect((await me()).body.error.message).toContain('用户更改了密码');
  });

  test('is the same for a simulator in this process', async () => {
    box.simulator.invalidate('shop', 467, { status: 401, locale: 'zh_CN' });
    const { status, body } = await me();
    expect([status, body.error.error_subcode]).toEqual([401, 467]);
    expect(body.error.message).toContain('退出');
  });
});

describe('refused tokens', () => {
  test.each([
    ['present', 463],
    ['absent', undefined],
    ['zero', 0],
  ] as const)('are told with subcode %s, also when they just expired', async (subcodes, subcode) => {
    await box.json('/_sim/mode', { subcodes, tokenStatus: 401 });
    box.advance(61 * DAY_S);
    const { status, body } = await me();
    expect([status, body.error.code, body.error.error_subcode]).toEqual([401, 190, subcode]);
    expect(body.error.message).toContain('Session has expired on');
  });

  test('keep the text of their state without a subcode', async () => {
    box.simulator.setMode({ subcodes: 'absent' });
    box.simulator.invalidate('shop', 458);
    const { body } = await me();
    expect(body.error.message).toContain('has not authorized application');
    expect(body.error).not.toHaveProperty('error_subcode');
  });
});

describe('a message', () => {
  test.each([
    [
      'pt_BR',
      'Erro ao validar o token de acesso: a sessão expirou em quarta-feira, 20-mai-26 05:00:00 PDT. O horário atual é quarta-feira, 20-mai-26 06:00:00 PDT.',
    ],
    ['zh_CN', '验证访问令牌时出错:会话已于2026年5月20日 5:00过期。当前时间为2026年5月20日 6:00。'],
  ] as const)('has dates in the manner of %s', async (locale, message) => {
    box.simulator.setMode({ locale });
    box.simulator.invalidate('shop', 463);
    box.advance(3_600);
    const { body, text } = await me();
    expect(body.error).toMatchObject({ code: 190, error_subcode: 463, message });
    expect(text).toMatch(/^[\x20-\x7e]+$/);
  });

  test('of the messaging window is localized too', async () => {
    const customer = box.simulator.receive('shop', { text: 'hi' }).from.id;
    box.advance(2 * DAY_S);
    await box.json('/_sim/mode', { locale: 'pt_BR' });
    const { status, body } = await box.json(`/me/messages?access_token=${token}`, {
      recipient: { id: customer },
      message: { text: 'hello' },
    });
    expect([status, body.error.error_subcode]).toEqual([403, 2534022]);
    expect(body.error.message).toBe('Esta mensagem foi enviada fora do período permitido.');
  });

  test('that has no translation stays English', async () => {
    box.simulator.setMode({ locale: 'zh_CN' });
    expect((await me('')).body.error.message).toBe('Invalid OAuth 2.0 Access Token');
  });

  test('comes with words for the user when set so', async () => {
    box.simulator.invalidate('shop', 467);
    expect((await me()).body.error).not.toHaveProperty('error_user_title');
    await box.json('/_sim/mode', { userMessages: 'present' });
    expect((await me()).body.error).toMatchObject({
      error_user_title: expect.any(String),
      error_user_msg: 'The session is invalid because the user logged out.',
    });
  });
});

describe('a token of another product', () => {
  test.each([
    ['facebook', /^EAA/],
    ['basic_display', /^IGQW/],
  ])('%s cannot be parsed, and the token endpoints give their catch-all', async (product, prefix) => {
    const { body } = await box.json(`/_sim/accounts/${id}/tokens`, { product });
    const { accessToken } = body;
    expect(accessToken).toMatch(prefix);
    const call = await me(accessToken);
    expect(call.status).toBe(401);
    expect(call.body.error.message).toBe('Invalid OAuth access token - Cannot parse access token');
    box.advance(DAY_S);
    for (const answer of [
      await box.get('/refresh_access_token', refreshQuery(accessToken)),
      await box.get('/access_token', longTokenQuery(accessToken)),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body.error).toMatchObject({
        code: 100,
        message: 'Unsupported request - method type: get',
      });
    }
  });
});

test('a tester who did not accept yet gets no long-lived token', async () => {
  await box.json(`/_sim/accounts/${id}/settings`, { tester: 'pending' });
  const exchange = async () => box.get('/access_token', longTokenQuery(await shortToken(box, 'shop')));
  const refused = await exchange();
  expect(refused.status).toBe(400);
  expect(refused.body.error).toMatchObject({ code: 100, message: 'Unsupported request - method type: get' });
  await box.json(`/_sim/accounts/${id}/settings`, { tester: 'accepted' });
  expect((await exchange()).status).toBe(200);
});

describe('an app that is blocked', () => {
  beforeEach(() => box.json('/_sim/mode', { app: 'blocked' }));

  test('is refused for every account, by the exchange of codes too, until it is live again', async () => {
    const { status, body } = await me();
    expect([status, body.error.code, body.error.message]).toEqual([400, 200, 'API access blocked.']);
    const exchange = await box.form('/oauth/access_token', { code: 'x' });
    expect([exchange.status, exchange.body.error_message]).toEqual([400, 'API access blocked.']);
    await box.json('/_sim/mode', { app: 'live' });
    expect((await me()).status).toBe(200);
  });

  test('stays so across restarts', async () => {
    const later = sandbox({ snapshot: box.simulator.snapshot() });
    expect((await later.get('/me', { access_token: token })).body.error.code).toBe(200);
  });
});
