import { authorizeQuery, BASIC, MESSAGING, REDIRECT_URI, sandbox, type Sandbox, shop } from './sandbox';

const redirect = (headers: Headers) => new URL(headers.get('location') ?? '');

describe('the authorize page', () => {
  test('lists the sandbox accounts and the scopes in a form, and says it is a simulator', async () => {
    const box = sandbox();
    shop(box);
    const { status, text, headers } = await box.get('/oauth/authorize', authorizeQuery());
    expect(status).toBe(200);
    expect(text).toContain('This is not Instagram');
    expect(text).toContain('@shop');
    expect(text).toContain(`value="${MESSAGING}"`);
    expect(text).not.toContain('<script');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('shows hostile parameters as text', async () => {
    const { text } = await sandbox().get('/oauth/authorize', authorizeQuery({ state: '"><img src=x>' }));
    expect(text).not.toContain('<img');
    expect(text).toContain('&quot;&gt;&lt;img');
  });

  test.each([
    ['an unknown app', { client_id: '1' }, 'Invalid platform app'],
    ['a redirect_uri elsewhere', { redirect_uri: 'https://evil.example/cb' }, 'Invalid redirect_uri'],
    [
      'a redirect_uri that hides its host',
      { redirect_uri: 'http://127.0.0.1@evil.example/' },
      'redirect_uri',
    ],
    ['a redirect_uri that is no web address', { redirect_uri: 'javascript:alert(1)' }, 'redirect_uri'],
    ['a redirect_uri with a fragment', { redirect_uri: `${REDIRECT_URI}#x` }, 'redirect_uri'],
    ['another response_type', { response_type: 'token' }, 'Invalid response_type'],
    ['a scope that no longer exists', { scope: 'business_basic' }, 'Invalid scopes: business_basic'],
    ['no scope', { scope: '' }, 'Invalid scopes'],
  ])('refuses %s without redirecting, and keeps the scripted login', async (_, changes, reason) => {
    const box = sandbox();
    shop(box);
    box.simulator.scriptLogin({ account: 'shop', decision: 'allow' });
    const { status, text, headers } = await box.get('/oauth/authorize', authorizeQuery(changes));
    expect(status).toBe(400);
    expect(text).toContain(reason);
    expect(headers.get('location')).toBeNull();
    expect((await box.get('/oauth/authorize', authorizeQuery())).status).toBe(302);
  });

  test('compares redirect_uri exactly when there is an allow-list', async () => {
    const box = sandbox({ redirectUris: ['https://shop.example/cb'] });
    const ask = async (redirect_uri: string) =>
      (await box.get('/oauth/authorize', authorizeQuery({ redirect_uri }))).status;
    expect(await ask('https://shop.example/cb')).toBe(200);
    expect(await ask('https://shop.example/cb/')).toBe(400);
    expect(await ask(REDIRECT_URI)).toBe(400);
  });

  test('says how to allow another redirect_uri', async () => {
    const query = authorizeQuery({ redirect_uri: 'https://shop.example/cb' });
    const elsewhere = await sandbox().get('/oauth/authorize', query);
    expect(elsewhere.text).toContain('addresses on this machine');
    expect(elsewhere.text).toContain('EVERGRANT_SIMULATOR_REDIRECT_URIS');
    const listed = sandbox({ redirectUris: ['https://other.example/cb'] });
    expect((await listed.get('/oauth/authorize', query)).text).toContain('https://other.example/cb');
  });

  const chosen = (text: string) => /<input[^>]*type="radio"[^>]*checked[^>]*>\s*@(\w+)/.exec(text)?.[1];

  test('chooses the account that a browser is logged in as, unless it is connected, and otherwise none', async () => {
    const box = sandbox();
    shop(box);
    box.simulator.addAccount({ username: 'other' });
    expect(chosen((await box.get('/oauth/authorize', authorizeQuery())).text)).toBeUndefined();
    box.simulator.scriptLogin({ account: 'other', decision: 'allow' });
    const { headers } = await box.get('/oauth/authorize', authorizeQuery());
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await box.get('/oauth/authorize', authorizeQuery(), { cookie });
    expect(page.text).toContain('Logged in as @other');
    expect(chosen(page.text)).toBe('other');
    box.simulator.generateToken('other');
    const connected = await box.get('/oauth/authorize', authorizeQuery(), { cookie });
    expect(connected.text).toContain('Logged in as @other');
    expect(chosen(connected.text)).toBeUndefined();
  });

  test.each([
    ['force_reauth', 'true'],
    ['force_authentication', '1'],
  ])('asks for a login again with %s=%s', async (name, value) => {
    const box = sandbox();
    shop(box);
    const cookie = `simulator-session=${box.simulator.addAccount({ username: 'other' }).id}`;
    const ask = async (forced: Record<string, string>) =>
      (await box.get('/oauth/authorize', authorizeQuery(forced), { cookie })).text;
    expect(chosen(await ask({ [name]: '0' }))).toBe('other');
    const forced = await ask({ [name]: value });
    expect(forced).toContain('Log in again');
    expect(forced).not.toContain('Logged in as');
    expect(forced).toContain('@shop');
    expect(chosen(forced)).toBeUndefined();
  });

  test('accepts spaces between scopes and the optional parameters', async () => {
    const query = authorizeQuery({
      scope: `${BASIC} ${MESSAGING}`,
      force_authentication: '1',
      enable_fb_login: '0',
    });
    expect((await sandbox().get('/oauth/authorize', query)).status).toBe(200);
  });
});

describe('a scripted login', () => {
  test('answers the next consent at once with code, state and #_, and only that one', async () => {
    const box = sandbox();
    shop(box);
    box.simulator.scriptLogin({ account: '@shop', decision: 'allow' });
    const { status, headers } = await box.get('/oauth/authorize', authorizeQuery());
    expect(status).toBe(302);
    expect(headers.get('location')).toMatch(
      /^http:\/\/127\.0\.0\.1:3000\/callback\?code=[\w-]+&state=st-1#_$/,
    );
    expect((await box.get('/oauth/authorize', authorizeQuery())).status).toBe(200);
  });

  test('denies with the three parameters and the state', async () => {
    const box = sandbox();
    box.simulator.scriptLogin({ decision: 'deny' });
    const { headers } = await box.get('/oauth/authorize', authorizeQuery());
    expect(headers.get('location')).toBe(
      `${REDIRECT_URI}?error=access_denied&error_reason=user_denied&error_description=The+user+denied+your+request&state=st-1`,
    );
  });

  test('sends no state back when none was given, and keeps the query of redirect_uri', async () => {
    const box = sandbox();
    box.simulator.scriptLogin({ decision: 'deny' });
    const { state: _, ...query } = authorizeQuery({ redirect_uri: `${REDIRECT_URI}?tenant=7` });
    const target = redirect((await box.get('/oauth/authorize', query)).headers);
    expect(target.searchParams.get('tenant')).toBe('7');
    expect(target.searchParams.get('error')).toBe('access_denied');
    expect(target.searchParams.has('state')).toBe(false);
  });
});

describe('the form of the authorize page', () => {
  const submit = (box: Sandbox, entries: [string, string][]) =>
    box.request('/oauth/authorize', {
      method: 'POST',
      body: new URLSearchParams([...Object.entries(authorizeQuery()), ...entries]),
    });

  test('allows with the scopes that were left checked', async () => {
    const box = sandbox();
    const { id } = shop(box);
    const { status, headers } = await submit(box, [
      ['account', id],
      ['granted', BASIC],
      ['decision', 'allow'],
    ]);
    expect(status).toBe(303);
    expect(redirect(headers).hash).toBe('#_');
    expect(box.simulator.snapshot().codes[0]?.scopes).toEqual([BASIC]);
  });

  test('grants nothing that was not asked for', async () => {
    const box = sandbox();
    const { id } = shop(box);
    await submit(box, [
      ['account', id],
      ['granted', BASIC],
      ['granted', 'instagram_business_content_publish'],
      ['decision', 'allow'],
    ]);
    expect(box.simulator.snapshot().codes[0]?.scopes).toEqual([BASIC]);
  });

  test('denies', async () => {
    const { headers } = await submit(sandbox(), [['decision', 'deny']]);
    expect(redirect(headers).searchParams.get('error_reason')).toBe('user_denied');
  });

  test('refuses an account that does not exist', async () => {
    const { status } = await submit(sandbox(), [
      ['account', '1'],
      ['decision', 'allow'],
    ]);
    expect(status).toBe(400);
  });
});
