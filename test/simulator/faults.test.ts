import { authorizeQuery, consent, exchangeForm, sandbox, shop } from './sandbox';

describe('a fault', () => {
  test('hits as often as it says, then never again', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.addFault({ match: { path: '/me' }, times: 2, status: 503 });
    const statuses = [];
    for (let call = 0; call < 3; call++)
      statuses.push((await box.get('/me', { access_token: token })).status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  test('without a number hits until faults are deleted', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.addFault({ match: {}, status: 500 });
    for (let call = 0; call < 5; call++) {
      expect((await box.get('/me', { access_token: token })).status).toBe(500);
    }
    box.simulator.clearFaults();
    expect((await box.get('/me', { access_token: token })).status).toBe(200);
  });

  test('added first wins, and the next one follows when it is used up', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.addFault({ match: { path: '/me' }, times: 1, status: 500 });
    box.simulator.addFault({ match: {}, times: 1, status: 502 });
    const statuses = [];
    for (let call = 0; call < 3; call++)
      statuses.push((await box.get('/me', { access_token: token })).status);
    expect(statuses).toEqual([500, 502, 200]);
  });

  test.each([
    ['/me', '/me', true],
    ['/me', '/v24.0/me', true],
    ['/me', '/me/conversations', false],
    ['/me*', '/me/conversations', true],
    ['/me/*', '/me', false],
    ['*', '/refresh_access_token', true],
  ])('for %s meets %s: %s', async (path, requested, hit) => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.addFault({ match: { path }, status: 599 });
    expect((await box.get(requested, { access_token: token })).status === 599).toBe(hit);
  });

  test('can be for one method', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.addFault({ match: { path: '/me/messages', method: 'post' }, status: 500 });
    expect((await box.get('/me/messages', { access_token: token })).status).not.toBe(500);
    expect((await box.form('/me/messages', { access_token: token })).status).toBe(500);
  });

  test('can be for one account, by id or username', async () => {
    const box = sandbox();
    const { id, token } = shop(box);
    box.simulator.addAccount({ username: 'other' });
    const otherToken = box.simulator.generateToken('other');
    for (const account of [id, 'shop', '@shop']) {
      box.simulator.addFault({ match: { account }, times: 1, status: 500 });
      expect((await box.get('/me', { access_token: otherToken })).status).toBe(200);
      expect((await box.get('/me', {}, { authorization: `Bearer ${token}` })).status).toBe(500);
    }
    box.simulator.invalidate('shop');
    box.simulator.addFault({ match: { account: id }, times: 1, status: 500 });
    expect((await box.get('/me', { access_token: token })).status).toBe(500);
  });

  test('can be for the account whose code is exchanged or whose consent is next', async () => {
    const box = sandbox();
    shop(box);
    const code = await consent(box, 'shop');
    box.simulator.addFault({ match: { account: 'shop' }, times: 2, error: { code: 2 } });
    const { status, body } = await box.form('/oauth/access_token', exchangeForm(code));
    expect(status).toBe(500);
    expect(body).toMatchObject({ error_type: 'OAuthException', code: 2 });
    box.simulator.scriptLogin({ account: 'shop', decision: 'allow' });
    expect((await box.get('/oauth/authorize', authorizeQuery())).status).toBe(500);
  });

  test('leaves control routes alone', async () => {
    const box = sandbox();
    box.simulator.addFault({ match: {}, status: 500 });
    expect((await box.get('/_sim/clock')).status).toBe(200);
  });
});

describe('a fault answers', () => {
  const answerTo = async (fault: object) => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.addFault({ match: {}, ...fault });
    return box.get('/me', { access_token: token });
  };

  test('a code with the status, type and message that it comes with', async () => {
    const limit = await answerTo({ error: { code: 4, subcode: 1349210 } });
    expect(limit.status).toBe(403);
    expect(limit.body.error).toMatchObject({
      code: 4,
      error_subcode: 1349210,
      message: 'Application request limit reached',
    });
    const temporary = await answerTo({ error: { code: 2 } });
    expect(temporary.status).toBe(500);
    expect(temporary.body.error).toMatchObject({ code: 2, is_transient: true });
  });

  test('a code without a known subcode with its general meaning', async () => {
    expect((await answerTo({ error: { code: 190 } })).body.error.message).toBe('Invalid OAuth access token.');
    expect((await answerTo({ error: { code: 100 } })).body.error.message).toBe('Invalid parameter');
    const expired = await answerTo({ error: { code: 190, subcode: 463 } });
    expect(expired.body.error.message).toContain('Session has expired on Wednesday, 20-May-26 05:00:00 PDT.');
  });

  test('exactly the code, text and status it was given', async () => {
    const { status, body, headers } = await answerTo({
      status: 418,
      error: { code: 777, subcode: 0, message: 'Passwort "geändert"', is_transient: false },
    });
    expect(status).toBe(418);
    expect(body.error).toMatchObject({
      code: 777,
      error_subcode: 0,
      message: 'Passwort "geändert"',
      is_transient: false,
    });
    expect(headers.get('www-authenticate')).toBe(
      'OAuth "Facebook Platform" "invalid_request" "Passwort \'ge?ndert\'"',
    );
  });

  test('a bare status with the error that goes with it', async () => {
    const failed = await answerTo({ status: 500 });
    expect(failed.status).toBe(500);
    expect(failed.body.error).toMatchObject({ code: 2, is_transient: true });
    const throttled = await answerTo({ status: 429 });
    expect([throttled.status, throttled.body.error.code]).toEqual([429, 4]);
    const refused = await answerTo({ status: 404 });
    expect([refused.status, refused.body.error.code]).toEqual([404, 100]);
    const empty = await answerTo({ status: 204 });
    expect([empty.status, empty.text]).toEqual([204, '']);
  });

  test('an app that is blocked', async () => {
    const { status, body } = await answerTo({ app: 'blocked' });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 200, message: 'API access blocked.' });
  });

  test('text as it is, and anything else as JSON', async () => {
    const page = await answerTo({ status: 502, body: '<html>Bad gateway</html>' });
    expect([page.status, page.text]).toEqual([502, '<html>Bad gateway</html>']);
    expect(page.headers.get('content-type')).toContain('text/html');
    const broken = await answerTo({ body: '{"access_token":"IGA' });
    expect([broken.status, broken.text]).toEqual([200, '{"access_token":"IGA']);
    expect(broken.headers.get('content-type')).toContain('json');
    expect((await answerTo({ body: '' })).text).toBe('');
    expect((await answerTo({ body: { data: [] } })).body).toEqual({ data: [] });
  });

  test('words for the user, data and a type when it is given them', async () => {
    const { body } = await answerTo({
      error: {
        code: 190,
        subcode: 490,
        type: 'FacebookApiException',
        error_user_title: 'Check your account',
        error_user_msg: 'Please log in',
        error_data: { checkpoint_flow_id: '1' },
      },
    });
    expect(body.error).toMatchObject({
      type: 'FacebookApiException',
      error_user_title: 'Check your account',
      error_user_msg: 'Please log in',
      error_data: { checkpoint_flow_id: '1' },
    });
  });

  test('half of what would have been the answer', async () => {
    const { status, text, headers } = await answerTo({ truncate: true });
    expect(status).toBe(200);
    expect(text).toMatch(/^\{"id"/);
    expect(() => JSON.parse(text)).toThrow();
    expect(headers.get('instagram-api-version')).toBe('v25.0');
  });

  test('with the rest of the answer untouched when it only delays', async () => {
    expect((await answerTo({ delayMs: 1 })).status).toBe(200);
  });
});

test('a fault in place of a send delivers nothing', async () => {
  const box = sandbox();
  const { token } = shop(box);
  const { from } = box.simulator.receive('shop', { text: 'hi' });
  box.simulator.addFault({ match: { path: '/me/messages' }, times: 1, status: 500 });
  const send = () =>
    box.json(`/me/messages?access_token=${token}`, {
      recipient: { id: from.id },
      message: { text: 'hello' },
    });
  expect((await send()).status).toBe(500);
  expect(box.simulator.messages('shop')).toHaveLength(1);
});

test('a fault that truncates an answer has carried the request out', async () => {
  const box = sandbox();
  const { token } = shop(box);
  const { from } = box.simulator.receive('shop', { text: 'hi' });
  box.simulator.addFault({ match: { path: '/me/messages' }, times: 1, truncate: true });
  const { text } = await box.json(`/me/messages?access_token=${token}`, {
    recipient: { id: from.id },
    message: { text: 'hello' },
  });
  expect(() => JSON.parse(text)).toThrow();
  expect(box.simulator.messages('shop')).toMatchObject([{ text: 'hi' }, { text: 'hello' }]);
});

describe('an outage', () => {
  test('begins and ends by the virtual clock', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const status = async () => (await box.get('/me', { access_token: token })).status;
    const { body } = await box.json('/_sim/faults', { status: 503, afterSeconds: 60, forSeconds: 3_600 });
    expect(body).toMatchObject({ from: '2026-05-20T12:01:00.000Z', until: '2026-05-20T13:01:00.000Z' });
    expect(await status()).toBe(200);
    box.advance(60);
    expect(await status()).toBe(503);
    box.advance(3_599);
    expect(await status()).toBe(503);
    box.advance(1);
    expect(await status()).toBe(200);
    expect((await box.get('/_sim/faults')).body.data).toEqual([]);
  });

  test('that starts later does not precede an active one', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.addFault({ match: {}, status: 503, afterSeconds: 60 });
    box.simulator.addFault({ match: {}, status: 500 });
    expect((await box.get('/me', { access_token: token })).status).toBe(500);
    box.advance(60);
    expect((await box.get('/me', { access_token: token })).status).toBe(503);
  });
});
