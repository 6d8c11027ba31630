import { BASIC, consent, exchangeForm, HOUR_S, MESSAGING, sandbox, shop } from './sandbox';

const PATH = '/oauth/access_token';

describe('exchanging a code', () => {
  test('answers with a data array, the app-scoped id as text and the permissions as one string', async () => {
    const box = sandbox();
    const account = shop(box);
    const { status, body } = await box.form(PATH, exchangeForm(await consent(box, 'shop')));
    expect(status).toBe(200);
    expect(body).toEqual({
      data: [
        {
          access_token: expect.stringMatching(/^IGAA\w{150,}$/),
          user_id: account.appScopedId,
          permissions: `${BASIC},${MESSAGING}`,
        },
      ],
    });
    expect(account.appScopedId).not.toBe(account.id);
  });

  test('answers flat with a number that JavaScript cannot hold when set so', async () => {
    const box = sandbox();
    const account = shop(box);
    box.simulator.setMode({ exchangeShape: 'flat_numeric' });
    const { text, body } = await box.form(PATH, exchangeForm(await consent(box, 'shop')));
    expect(text).toContain(`"user_id":${account.appScopedId},`);
    expect(body.permissions).toEqual([BASIC, MESSAGING]);
    expect(body.access_token).toMatch(/^IGAA/);
    // The trap: reading it as a number changes it.
    expect(BigInt(account.appScopedId) > 2n ** 53n).toBe(true);
    expect(String(body.user_id)).not.toBe(account.appScopedId);
  });

  test('takes multipart forms and the names app_id and app_secret', async () => {
    const box = sandbox();
    shop(box);
    const { client_id, client_secret, ...rest } = exchangeForm(await consent(box, 'shop'));
    const body = new FormData();
    const fields = { ...rest, app_id: client_id, app_secret: client_secret };
    Object.entries(fields).forEach(([name, value]) => body.append(name, value));
    expect((await box.request(PATH, { method: 'POST', body })).status).toBe(200);
  });

  test('refuses an address that is none of the app’s, whatever the code', async () => {
    const box = sandbox({ redirectUris: ['https://shop.example/cb'] });
    const asked = (redirect_uri: string) => box.form(PATH, exchangeForm('AQnone', { redirect_uri }));
    expect((await asked('https://shop.example/cb')).body.error_message).toContain(
      'Matching code was not found',
    );
    expect((await asked('https://shop.example/other')).body.error_message).toContain('redirect_uri');
  });

  test('gives only the scopes that the owner granted', async () => {
    const box = sandbox();
    shop(box);
    const { body } = await box.form(PATH, exchangeForm(await consent(box, 'shop', [BASIC])));
    expect(body.data[0].permissions).toBe(BASIC);
  });

  test.each([
    ['an unknown app', { client_id: '1' }, 'Invalid platform app'],
    ['a wrong secret', { client_secret: 'wrong' }, 'Error validating client secret.'],
    ['a wrong grant type', { grant_type: 'password' }, 'Invalid grant_type'],
    [
      'another redirect_uri',
      { redirect_uri: 'http://127.0.0.1:3000/other' },
      'Error validating verification code',
    ],
    ['an unknown code', { code: 'AQnothing' }, 'Matching code was not found or was already used'],
  ])('refuses %s in the flat envelope and leaves the code usable', async (_, changes, message) => {
    const box = sandbox();
    shop(box);
    const code = await consent(box, 'shop');
    const { status, body } = await box.form(PATH, exchangeForm(code, changes));
    expect(status).toBe(400);
    expect(body).toEqual({
      error_type: 'OAuthException',
      code: 400,
      error_message: expect.stringContaining(message),
    });
    expect((await box.form(PATH, exchangeForm(code))).status).toBe(200);
  });

  test('takes a code once', async () => {
    const box = sandbox();
    shop(box);
    const code = await consent(box, 'shop');
    await box.form(PATH, exchangeForm(code));
    const { status, body } = await box.form(PATH, exchangeForm(code));
    expect(status).toBe(400);
    expect(body.error_message).toBe('This authorization code has been used');
  });

  test('takes a code for an hour', async () => {
    const box = sandbox();
    shop(box);
    const [inTime, late] = [await consent(box, 'shop'), await consent(box, 'shop')];
    box.advance(HOUR_S - 1);
    expect((await box.form(PATH, exchangeForm(inTime))).status).toBe(200);
    box.advance(1);
    const { body } = await box.form(PATH, exchangeForm(late));
    expect(body.error_message).toBe('Matching code was not found or was already used');
  });

  test('does not read secrets from the address', async () => {
    const box = sandbox();
    shop(box);
    const query = new URLSearchParams(exchangeForm(await consent(box, 'shop')));
    const { status } = await box.request(`${PATH}?${query.toString()}`, { method: 'POST' });
    expect(status).toBe(400);
  });
});
