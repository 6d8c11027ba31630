import {
  BASIC,
  DAY_S,
  HOUR_S,
  longTokenQuery,
  MESSAGING,
  refreshQuery,
  sandbox,
  type Sandbox,
  shop,
  shortToken,
} from './sandbox';

const UNSUPPORTED = {
  message: 'Unsupported request - method type: get',
  type: 'IGApiException',
  code: 100,
  fbtrace_id: expect.any(String),
};
const EXCHANGED_LIFE_S = 5_183_944;

const isAlive = async (box: Sandbox, token: string) =>
  (await box.get('/me', { access_token: token })).status === 200;

describe('exchanging a short-lived token', () => {
  test('gives a long-lived one that is valid as long as it says', async () => {
    const box = sandbox();
    shop(box);
    const token = await shortToken(box, 'shop');
    const { status, body } = await box.get('/access_token', longTokenQuery(token));
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^IGAA/),
      token_type: 'bearer',
      expires_in: EXCHANGED_LIFE_S,
    });
    box.advance(EXCHANGED_LIFE_S - 1);
    expect(await isAlive(box, body.access_token)).toBe(true);
    box.advance(1);
    expect(await isAlive(box, body.access_token)).toBe(false);
  });

  test('works for an hour, as long as the short-lived token does', async () => {
    const box = sandbox();
    shop(box);
    const token = await shortToken(box, 'shop');
    box.advance(HOUR_S);
    const { body } = await box.get('/access_token', longTokenQuery(token));
    expect(body.error).toMatchObject({ code: 190, error_subcode: 463 });
  });

  test('refuses a token that already is long-lived', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const { status, body } = await box.get('/access_token', longTokenQuery(token));
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 452, message: 'Session key invalid' });
  });

  test.each([
    ['a wrong secret', { client_secret: 'wrong' }],
    ['a wrong grant type', { grant_type: 'ig_refresh_token' }],
  ])('answers %s with the message that fits everything', async (_, changes) => {
    const box = sandbox();
    shop(box);
    const query = longTokenQuery(await shortToken(box, 'shop'), changes);
    const { status, body } = await box.get('/access_token', query);
    expect(status).toBe(400);
    expect(body).toEqual({ error: UNSUPPORTED });
  });

  test('answers POST with the same message', async () => {
    const box = sandbox();
    shop(box);
    const { body } = await box.form('/access_token', longTokenQuery(await shortToken(box, 'shop')));
    expect(body).toEqual({ error: UNSUPPORTED });
  });
});

describe('refreshing', () => {
  const refresh = (box: Sandbox, token: string) => box.get('/refresh_access_token', refreshQuery(token));

  test('gives 60 days from the refresh, in a new token beside the old one', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.advance(46 * DAY_S);
    const { status, body } = await refresh(box, token);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^IGAA/),
      token_type: 'bearer',
      expires_in: 60 * DAY_S,
    });
    expect(body.access_token).not.toBe(token);
    expect(await isAlive(box, token)).toBe(true);
    box.advance(60 * DAY_S - 1);
    expect(await isAlive(box, token)).toBe(false);
    expect(await isAlive(box, body.access_token)).toBe(true);
    box.advance(1);
    expect(await isAlive(box, body.access_token)).toBe(false);
  });

  test('extends the same token in mode "same"', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.setMode({ refreshReturns: 'same' });
    box.advance(46 * DAY_S);
    expect((await refresh(box, token)).body.access_token).toBe(token);
    box.advance(59 * DAY_S);
    expect(await isAlive(box, token)).toBe(true);
  });

  test('invalidates the old token in mode "new_old_dead"', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.setMode({ refreshReturns: 'new_old_dead' });
    box.advance(46 * DAY_S);
    const { body } = await refresh(box, token);
    expect(await isAlive(box, body.access_token)).toBe(true);
    const old = await box.get('/me', { access_token: token });
    expect(old.body.error).toMatchObject({ code: 190, error_subcode: 462 });
  });

  test('keeps the scopes', async () => {
    const box = sandbox();
    box.simulator.addAccount({ username: 'narrow' });
    const token = box.simulator.generateToken('narrow', { scopes: [BASIC] });
    box.advance(DAY_S);
    const { body } = await refresh(box, token);
    const inbox = await box.get('/me/conversations', { access_token: body.access_token });
    expect(inbox.body.error.code).toBe(10);
  });

  test('needs a token that is 24 hours old', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.advance(DAY_S - 1);
    const { status, body } = await refresh(box, token);
    expect([status, body.error.code]).toEqual([400, 100]);
    box.advance(1);
    expect((await refresh(box, token)).status).toBe(200);
  });

  test('counts the 24 hours from the last refresh', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.simulator.setMode({ refreshReturns: 'same' });
    box.advance(DAY_S);
    expect((await refresh(box, token)).status).toBe(200);
    expect((await refresh(box, token)).status).toBe(400);
  });

  test('is not possible once the token expired', async () => {
    const box = sandbox();
    const { token } = shop(box);
    box.advance(EXCHANGED_LIFE_S);
    const { status, body } = await refresh(box, token);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 190, error_subcode: 463 });
  });

  test('says first what is wrong with the token, then with its permission, then with its age', async () => {
    const box = sandbox();
    box.simulator.addAccount({ username: 'odd' });
    const token = box.simulator.generateToken('odd', { scopes: [MESSAGING] });
    expect((await refresh(box, token)).body.error.code).toBe(10);
    box.simulator.invalidate('odd', 458);
    expect((await refresh(box, token)).body.error).toMatchObject({ code: 190, error_subcode: 458 });
    box.advance(70 * DAY_S);
    expect((await refresh(box, token)).body.error.error_subcode).toBe(458);
    expect((await refresh(box, 'IGAAnothing')).body.error.message).toContain('Cannot parse access token');
  });

  test('refuses short-lived tokens, POST and other grant types alike', async () => {
    const box = sandbox();
    const { token } = shop(box);
    const short = await shortToken(box, 'shop');
    expect((await refresh(box, short)).body).toEqual({ error: UNSUPPORTED });
    box.advance(DAY_S);
    expect((await box.form('/refresh_access_token', refreshQuery(token))).body).toEqual({
      error: UNSUPPORTED,
    });
    const query = { ...refreshQuery(token), grant_type: 'refresh_token' };
    expect((await box.get('/refresh_access_token', query)).body).toEqual({ error: UNSUPPORTED });
  });
});
