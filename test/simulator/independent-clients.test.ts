import axios from 'axios';
import {
  AuthenticationError,
  InstagramAPIError,
  InstagramClient,
  InstagramOAuth,
  InstagramWebhooks,
  RateLimitError,
  ValidationError,
} from 'instagram-graph-api-sdk';
import OAuth2Strategy from 'passport-oauth2';
import { AuthorizationCode } from 'simple-oauth2';
import {
  type RunningSimulator,
  runSimulator,
  SANDBOX_APP_ID,
  SANDBOX_APP_SECRET,
} from '../../simulator/index';
import { until } from '../support/until';
import { startReceiver, VERIFY_TOKEN } from './receiver';
import { BASIC, DAY_S, MESSAGING, REDIRECT_URI } from './sandbox';

// Clients that others wrote for Instagram or for OAuth, as published: what they cannot use is no Instagram.

const INSTAGRAM = /^https:\/\/(www|api|graph)\.instagram\.com/;

let running: RunningSimulator;
let account: string;
beforeEach(async () => {
  running = await runSimulator({ port: 0, seed: 'test' });
  account = running.simulator.addAccount({ username: 'shop', conversations: 3 }).id;
});
afterEach(() => running.close());

/** The owner's way through the authorize page: where it leads to. */
async function consent(authorizeUrl: string, decision: 'allow' | 'deny' = 'allow'): Promise<URL> {
  running.simulator.scriptLogin({ account: 'shop', decision });
  const answer = await fetch(authorizeUrl, { redirect: 'manual' });
  return new URL(answer.headers.get('location') ?? '');
}

describe('simple-oauth2', () => {
  const client = () =>
    new AuthorizationCode({
      client: { id: SANDBOX_APP_ID, secret: SANDBOX_APP_SECRET },
      auth: {
        tokenHost: running.url,
        tokenPath: '/oauth/access_token',
        authorizePath: '/oauth/authorize',
      },
      options: { authorizationMethod: 'body', scopeSeparator: ',' },
    });
  const authorizeUrl = () =>
    client().authorizeURL({ redirect_uri: REDIRECT_URI, scope: [BASIC, MESSAGING], state: 'st-1' });
  const code = async () => (await consent(authorizeUrl())).searchParams.get('code') ?? '';

  test('gets a token that works, in either shape of the answer', async () => {
    running.simulator.setMode({ exchangeShape: 'flat_numeric' });
    const flat = await client().getToken({ code: await code(), redirect_uri: REDIRECT_URI });
    const token = String(flat.token['access_token']);
    const me = await fetch(`${running.url}/me?fields=username&access_token=${token}`);
    expect(await me.json()).toMatchObject({ username: 'shop' });
    running.simulator.setMode({ exchangeShape: 'data_array' });
    const documented = await client().getToken({ code: await code(), redirect_uri: REDIRECT_URI });
    expect(documented.token['data']).toMatchObject([{ access_token: expect.stringMatching(/^IGAA/) }]);
  });

  test('reads the numeric id wrongly, as every client does that parses JSON as usual', async () => {
    running.simulator.setMode({ exchangeShape: 'flat_numeric' });
    const { token } = await client().getToken({ code: await code(), redirect_uri: REDIRECT_URI });
    expect(String(token['user_id'])).not.toBe(running.simulator.account('shop').appScopedId);
  });

  test('gets its state back, and the refusal of a used code', async () => {
    const back = await consent(authorizeUrl());
    expect(back.searchParams.get('state')).toBe('st-1');
    expect(back.hash).toBe('#_');
    const once = { code: back.searchParams.get('code') ?? '', redirect_uri: REDIRECT_URI };
    await client().getToken(once);
    await expect(client().getToken(once)).rejects.toMatchObject({
      data: { payload: { error_type: 'OAuthException', code: 400, error_message: expect.any(String) } },
    });
  });
});

describe('passport-oauth2', () => {
  type Outcome = { redirect: string } | { user: object } | { fail: unknown } | { error: Error };

  function authenticate(query: Record<string, string>): Promise<Outcome> {
    const strategy = new OAuth2Strategy(
      {
        authorizationURL: `${running.url}/oauth/authorize`,
        tokenURL: `${running.url}/oauth/access_token`,
        clientID: SANDBOX_APP_ID,
        clientSecret: SANDBOX_APP_SECRET,
        callbackURL: REDIRECT_URI,
        scope: [BASIC, MESSAGING],
        scopeSeparator: ',',
      },
      (accessToken, _, params, __, done) => done(null, { accessToken, params }),
    );
    return new Promise((resolve) => {
      strategy.redirect = (redirect) => resolve({ redirect });
      strategy.success = (user) => resolve({ user });
      strategy.fail = (fail) => resolve({ fail });
      strategy.error = (error) => resolve({ error });
      strategy.authenticate({ query });
    });
  }
  const comeBack = async (decision: 'allow' | 'deny') => {
    const start = await authenticate({});
    if (!('redirect' in start)) throw new Error('no redirect');
    return authenticate(Object.fromEntries((await consent(start.redirect, decision)).searchParams));
  };

  test('signs an owner in', async () => {
    running.simulator.setMode({ exchangeShape: 'flat_numeric' });
    expect(await comeBack('allow')).toMatchObject({
      user: {
        accessToken: expect.stringMatching(/^IGAA/),
        params: { permissions: [BASIC, MESSAGING] },
      },
    });
  });

  test('takes a denial for what it is', async () => {
    expect(await comeBack('deny')).toEqual({ fail: { message: 'The user denied your request' } });
  });

  test('does not understand the documented shape: it needs the token at the top', async () => {
    expect(await comeBack('allow')).toMatchObject({ error: expect.any(Error) });
  });

  test('reports a code that is not known', async () => {
    expect(await authenticate({ code: 'nonsense' })).toMatchObject({ error: expect.any(Error) });
  });
});

describe('instagram-graph-api-sdk', () => {
  const realFetch = globalThis.fetch;
  const realAdapter = axios.defaults.adapter;
  // Its hosts are fixed; what it sends to them is brought here, as an entry in the hosts file would.
  beforeEach(() => {
    const http = axios.getAdapter('http');
    globalThis.fetch = (input, init) => realFetch(String(input).replace(INSTAGRAM, running.url), init);
    axios.defaults.adapter = (config) =>
      http({ ...config, baseURL: (config.baseURL ?? '').replace(INSTAGRAM, running.url) });
  });
  afterEach(() => {
    globalThis.fetch = realFetch;
    if (realAdapter) axios.defaults.adapter = realAdapter;
  });

  const app = { clientId: SANDBOX_APP_ID, redirectUri: REDIRECT_URI };
  async function connect() {
    const url = InstagramOAuth.buildAuthorizationUrl({ ...app, scopes: [BASIC, MESSAGING], state: 'st-1' });
    const { code = '' } = InstagramOAuth.parseCallback((await consent(url)).href);
    return InstagramOAuth.exchangeCodeForToken({ ...app, clientSecret: SANDBOX_APP_SECRET, code });
  }
  const client = async () => new InstagramClient({ accessToken: (await connect()).access_token });

  test('connects an owner: code, short-lived and long-lived token', async () => {
    expect(await connect()).toEqual({
      access_token: expect.stringMatching(/^IGAA/),
      token_type: 'bearer',
      expires_in: 5_183_944,
      user_id: running.simulator.account('shop').appScopedId,
    });
  });

  test('reports why a code was refused', async () => {
    const exchange = { ...app, clientSecret: SANDBOX_APP_SECRET, code: 'nonsense' };
    await expect(InstagramOAuth.exchangeCodeForToken(exchange)).rejects.toThrow(
      'Matching code was not found or was already used',
    );
  });

  test('refreshes a token that is old enough', async () => {
    const instagram = await client();
    await expect(instagram.auth.refreshToken()).rejects.toBeInstanceOf(ValidationError);
    running.simulator.clock.advance(DAY_S * 1_000);
    expect(await instagram.auth.refreshToken()).toMatchObject({ expires_in: 60 * DAY_S });
  });

  test('returns the account', async () => {
    const instagram = await client();
    expect(await instagram.users.getProfile()).toMatchObject({ username: 'shop', account_type: 'BUSINESS' });
    expect(await instagram.getUserId()).toBe(running.simulator.account('shop').appScopedId);
  });

  test('reads conversations page by page, their messages, and answers', async () => {
    const instagram = await client();
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await instagram.conversations.list({ limit: 2, ...(after !== undefined && { after }) });
      seen.push(...page.data.map(({ id }) => id));
      after = page.paging?.next ? page.paging.cursors?.after : undefined;
      if (after === undefined) break;
    }
    expect(new Set(seen).size).toBe(3);
    const { messages } = (await instagram.conversations.getMessages(seen[0]!)) as unknown as {
      messages: { data: { from: { id: string }; message: string }[] };
    };
    const customer = messages.data.find(({ from }) => from.id !== account)!.from.id;
    expect(await instagram.messaging.sendText(customer, 'Grüße 👋')).toEqual({
      recipient_id: customer,
      message_id: expect.any(String),
    });
    expect(running.simulator.messages('shop').at(-1)?.text).toBe('Grüße 👋');
  });

  test('sorts errors as it would Instagram’s', async () => {
    const instagram = await client();
    running.simulator.invalidate('shop', 460);
    await expect(instagram.auth.me()).rejects.toBeInstanceOf(AuthenticationError);
    instagram.setAccessToken((await connect()).access_token);
    running.simulator.setUsage({ app: { calls: 100 } });
    await expect(instagram.auth.me()).rejects.toBeInstanceOf(RateLimitError);
    running.simulator.setUsage({ app: null });
    const customer = running.simulator.receive('shop', { text: 'hi', from: 'mia' }).from.id;
    running.simulator.clock.advance(2 * DAY_S * 1_000);
    const late = instagram.messaging.sendText(customer, 'hello');
    await expect(late).rejects.toBeInstanceOf(InstagramAPIError);
    await expect(late).rejects.toMatchObject({ code: 10, subcode: 2534022 });
  });

  test('subscribes, and takes webhooks for genuine', async () => {
    const instagram = await client();
    const receiver = await startReceiver();
    await running.simulator.setCallbacks({ callbackUrl: receiver.url, verifyToken: VERIFY_TOKEN });
    expect(await instagram.webhooks.subscribe(['messages'])).toEqual({ success: true });
    running.simulator.receive('shop', { text: 'Schön: a/b', from: 'mia' });
    await until(() => receiver.posts.length === 1);
    const { body, headers } = receiver.posts[0]!;
    const signature = String(headers['x-hub-signature-256']);
    expect(InstagramWebhooks.verifySignature(body, signature, SANDBOX_APP_SECRET)).toBe(true);
    expect(InstagramWebhooks.verifySignature(body, signature, 'other')).toBe(false);
    expect(InstagramWebhooks.parsePayload(JSON.parse(body)).entry[0]).toMatchObject({ id: account });
    await receiver.stop();
  });
});
