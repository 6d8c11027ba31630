import { finishRounds } from '../../../services/connecting/drive-round';
import { type ConnectDeps } from '../../../services/connecting/deps';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';
import { type TestApi, type Verbs, startApi, useApi } from '../../support/api';
import { BLIPS, type Blip, behindBlips } from '../../support/blips';
import { FAILURES, UNREADABLE } from '../../support/failures';
import { type Stack } from '../../support/stack';
import { afterwards } from '../../support/temporary-folder';
import { until } from '../../support/until';

const pause = () => Promise.resolve();
const CALLBACK = '/oauth/instagram/callback';

let stack: Stack;
let api: TestApi;
let link: string;
let id: string;
useApi((started) => ({ stack, api } = started), { workers: false, api: () => ({ pause }) });
beforeAll(async () => {
  ({ id } = await stack.connect('kept', { start: false }));
  link = (await api.post(`/v1/integrations/${id}/connect-links`)).body.url;
});
afterEach(async () => {
  await stack.calm();
  await stack.pool.query('delete from oauth_states');
});

const titleOf = (page: string) => /<h1[^>]*>(.*?)<\/h1>/.exec(page)?.[1];
const advance = (ms: number) => stack.simulator.clock.advance(ms);

let loggingIn: Promise<unknown> = Promise.resolve();
/** From a link to the address that Instagram sends the owner back to. */
async function consent(browser: Verbs, url: string, account = 'kept'): Promise<string> {
  const begun = await browser.request('POST', url);
  // One after the other: the simulator is told only who logs in next.
  const allowed = loggingIn.then(() => {
    stack.simulator.scriptLogin({ account, decision: 'allow' });
    return browser.get(begun.headers.get('location') ?? '');
  });
  loggingIn = allowed;
  return (await allowed).headers.get('location') ?? '';
}

/** A whole round through the consent page. @returns what the owner is shown */
async function reconnect(): Promise<string> {
  const browser = api.browser();
  return (await browser.get(await consent(browser, link))).body;
}

async function row() {
  const { lifecycleRevision: _, revision: _r, updatedAt: _u, ...rest } = await stack.row(id);
  return rest;
}

async function newAccount(name: string) {
  stack.simulator.addAccount({ username: name });
  const { body } = await api.post('/v1/integrations', { provider: 'instagram', ownerRef: name });
  return { id: body.integration.id as string, url: body.connectUrl as string };
}

const holdings = async () =>
  Number((await stack.pool.query('select count(*) from oauth_holdings')).rows[0].count);
/** What a worker completes rounds with. */
const background = (): ConnectDeps => ({ ...stack.deps, pause, temporal: stack.client });

/** Which calls of a round may be refused, with paths as Instagram names them. */
const CALLS = {
  'the code exchange': '/oauth/access_token',
  'the long-lived exchange': '/access_token',
  'the probe': '/me',
};

describe.each(Object.entries(CALLS))('a reconnect in which %s is always answered by', (_, path) => {
  test.each([...FAILURES, ...UNREADABLE])(
    '$name changes nothing, and the owner sees no success',
    async (failure) => {
      const before = await row();
      stack.simulator.addFault({ match: { path }, status: failure.status, error: failure.error });
      const page = await reconnect();
      expect(page).toMatch(/<h1[^>]*>(?!Connected)/);
      expect(page).not.toContain('IGAA');
      expect(await row()).toEqual(before);
    },
  );
});

describe.each(Object.entries(CALLS))('one odd answer at %s costs no consent:', (_, path) => {
  test.each([
    ['nothing', { drop: 'before' as const }],
    ['a page of HTML', { status: 200, body: '<html>Oops</html>' }],
    ['an empty body', { status: 200, body: '' }],
    ['half a JSON', { status: 200, body: '{"access_token":"IGAA' }],
    ['no token', { status: 200, body: { expires_in: 5184000 } }],
    ['an empty token', { status: 200, body: { access_token: '', expires_in: 5184000 } }],
    ['a server error', { status: 502, body: '<html>Bad gateway</html>' }],
    ['code 1', { status: 500, error: { code: 1 } }],
    ['code 2', { status: 500, error: { code: 2 } }],
  ])('%s', async (_what, answer) => {
    const { version } = await stack.row(id);
    stack.simulator.addFault({ match: { path }, times: 1, ...answer });
    expect(titleOf(await reconnect())).toBe('Connected');
    expect((await stack.row(id)).version).toBe(version + 1);
    link = (await api.post(`/v1/integrations/${id}/connect-links`)).body.url;
    expect(await holdings()).toBe(0);
  });
});

describe('an outage that lasts longer than a browser waits', () => {
  test.each(Object.entries(CALLS))('at %s ends with the account connected', async (name, path) => {
    const round = await newAccount(`late_${name.replaceAll(/\W/g, '_')}`);
    const browser = api.browser();
    const back = await consent(browser, round.url, stack.simulator.accounts().at(-1)!.username);
    stack.simulator.addFault({ match: { path }, status: 503 });
    const page = await browser.get(back);
    expect([page.status, titleOf(page.body)]).toEqual([202, 'Connecting your account …']);
    const [, again = ''] = /<meta http-equiv="refresh" content="5;url=([^"]+)"/.exec(page.body) ?? [];
    expect(again).toMatch(/^\/oauth\/instagram\/callback\?state=[\w-]+$/);
    expect(page.body).not.toContain('<script');
    const calls = stack.simulator.requests().length;
    // Not due yet: another look changes nothing.
    expect((await browser.get(back)).status).toBe(202);
    expect(stack.simulator.requests()).toHaveLength(calls);
    stack.simulator.clearFaults();
    advance(10 * SECOND_MS);
    await finishRounds(background());
    expect((await stack.row(round.id)).state).toBe('active');
    for (const address of [back, again]) expect(titleOf((await browser.get(address)).body)).toBe('Connected');
    expect(await holdings()).toBe(0);
  });

  test('without a worker the page itself goes on', async () => {
    const round = await newAccount('selfserved');
    const browser = api.browser();
    const back = await consent(browser, round.url, 'selfserved');
    stack.simulator.addFault({ match: { path: '/me' }, times: 8, status: 503 });
    const page = await browser.get(back);
    expect(page.status).toBe(202);
    advance(10 * SECOND_MS);
    const again = /url=([^"]+)"/.exec(page.body)?.[1] ?? '';
    expect(titleOf((await browser.get(again)).body)).toBe('Connected');
  });

  test('ends when nothing that was obtained can be valid any more, and erases it', async () => {
    const round = await newAccount('hopeless');
    const browser = api.browser();
    const back = await consent(browser, round.url, 'hopeless');
    stack.simulator.addFault({ match: { path: '/access_token' }, status: 503 });
    expect((await browser.get(back)).status).toBe(202);
    expect(await holdings()).toBe(1);
    for (let minutes = 0; minutes <= 60; minutes += 5) {
      advance(5 * MINUTE_MS);
      await finishRounds(background());
    }
    expect(titleOf((await browser.get(back)).body)).toBe('Instagram did not respond');
    expect(await holdings()).toBe(0);
    expect((await stack.row(round.id)).state).toBe('pending');
  });

  test('a disconnect erases what a round under way has obtained', async () => {
    const round = await newAccount('withdrawn');
    const browser = api.browser();
    const back = await consent(browser, round.url, 'withdrawn');
    stack.simulator.addFault({ match: { path: '/me' }, times: 8, status: 503 });
    await browser.get(back);
    await api.delete(`/v1/integrations/${round.id}`);
    expect(await holdings()).toBe(0);
    advance(10 * SECOND_MS);
    expect(titleOf((await browser.get(back)).body)).toBe('This link no longer works');
  });

  test('while Instagram requires a login confirmation the page says so, and the connection is completed after it', async () => {
    const round = await newAccount('checkpointed');
    const browser = api.browser();
    const back = await consent(browser, round.url, 'checkpointed');
    stack.simulator.addFault({
      match: { path: '/me' },
      times: 8,
      status: 400,
      error: { code: 190, subcode: 490 },
    });
    expect(titleOf((await browser.get(back)).body)).toBe('Action required on Instagram');
    advance(10 * SECOND_MS);
    expect(titleOf((await browser.get(back)).body)).toBe('Connected');
  });
});

const flat = (message: string) => ({
  status: 400,
  body: { error_type: 'OAuthException', code: 400, error_message: message },
});
const USED = ['Please start again', null] as const;

describe('a definite refusal', () => {
  const graph = (code: number, message: string) => ({ status: 400, error: { code, message } });
  const CODE = '/oauth/access_token';
  test.each([
    [CODE, flat('Matching code was not found or was already used'), 'code_used', ...USED],
    [CODE, flat('This authorization code has been used'), 'code_used', ...USED],
    [CODE, flat('Invalid authorization code'), 'code_used', ...USED],
    [CODE, flat('No matching code found.'), 'code_used', ...USED],
    [
      CODE,
      flat('Invalid platform app'),
      'app_id',
      'Connecting does not work at the moment',
      'INSTAGRAM_APP_ID',
    ],
    [
      CODE,
      flat('Error validating client secret.'),
      'app_secret',
      'Connecting does not work at the moment',
      'INSTAGRAM_APP_SECRET',
    ],
    [
      CODE,
      flat(
        'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
      ),
      'redirect_uri',
      'Connecting does not work at the moment',
      'EVERGRANT_PUBLIC_URL',
    ],
    [
      CODE,
      flat('Sorry, this content isn’t available right now'),
      'unavailable',
      'Connecting does not work at the moment',
      'live',
    ],
    [
      CODE,
      graph(200, 'API access blocked.'),
      'app_blocked',
      'Connecting does not work at the moment',
      'dashboard',
    ],
    [
      '/access_token',
      graph(100, 'Unsupported request - method type: get'),
      'app_access',
      'This account cannot be connected yet',
      'role',
    ],
    ['/access_token', graph(100, 'Words.'), 'other', 'Connecting does not work at the moment', 'code'],
    [
      '/access_token',
      graph(190, 'Error validating access token: The session has been invalidated.'),
      'token_ended',
      'Instagram ended the login',
      null,
    ],
    [
      '/me',
      graph(200, 'API access blocked.'),
      'app_blocked',
      'Connecting does not work at the moment',
      'dashboard',
    ],
  ])('of %s by %j is “%s”: owners read “%s”, operators %s', async (path, fault, refusal, title, hint) => {
    await stack.pool.query('delete from connect_refusals');
    await stack.pool.query(
      "delete from events where type in ('connect.refused', 'provider.incident_started')",
    );
    await stack.pool.query('delete from provider_incidents');
    const before = await row();
    stack.simulator.addFault({ match: { path }, ...fault });
    for (let times = 0; times < 2; times++) {
      const page = await reconnect();
      expect(titleOf(page)).toBe(title);
      if (hint === null) expect(page).toContain('Start again');
      else expect(page).toContain('Shopdesk has been notified');
    }
    expect(await row()).toEqual(before);
    expect(await holdings()).toBe(0);
    const told = await stack.pool.query("select data from events where type = 'connect.refused'");
    expect(told.rows.map(({ data }) => [data.refusal, data.integrationId])).toEqual(
      hint === null ? [] : [[refusal, id]],
    );
    if (hint !== null) expect(told.rows[0].data.hint).toContain(hint);
    const text = await api.deps.metrics.registry.metrics();
    expect(text).toContain(`evergrant_connects_total{result="failed",refusal="${refusal}"} `);
    const incidents = await stack.pool.query('select kind from provider_incidents where ended_at is null');
    const isAppLevel = refusal === 'app_blocked' || refusal === 'app_id';
    expect(incidents.rows).toEqual(isAppLevel ? [{ kind: 'app_level' }] : []);
    await stack.pool.query('delete from provider_incidents');
  });

  test('of one kind is reported once an hour', async () => {
    await stack.pool.query('delete from connect_refusals');
    const count = async () =>
      (await stack.pool.query("select data from events where type = 'connect.refused' order by seq")).rows;
    stack.simulator.addFault({ match: { path: '/oauth/access_token' }, ...flat('Invalid redirect_uri') });
    const before = (await count()).length;
    await Promise.all([reconnect(), reconnect(), reconnect()]);
    expect(await count()).toHaveLength(before + 1);
    advance(HOUR_MS + MINUTE_MS);
    link = (await api.post(`/v1/integrations/${id}/connect-links`)).body.url;
    await reconnect();
    expect((await count()).slice(before).map(({ data }) => data.count)).toEqual([1, 4]);
  });

  test('before the code, in the redirect, is told apart in the same way', async () => {
    const browser = api.browser();
    const begun = await browser.request('POST', link);
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const said = new URLSearchParams({
      state,
      error: 'invalid_request',
      error_description: 'Invalid platform app',
    });
    const page = await browser.get(`${CALLBACK}?${said.toString()}`);
    expect(titleOf(page.body)).toBe('Connecting does not work at the moment');
    expect(page.body).toContain('Shopdesk has been notified');
  });
});

test('an answer of the code exchange that is lost after it was given is a refusal of its own', async () => {
  const before = await row();
  stack.simulator.addFault({ match: { path: '/oauth/access_token' }, times: 1, drop: 'after' });
  const page = await reconnect();
  expect(titleOf(page)).toBe('Please start again');
  expect(page).toContain('Instagram’s answer was lost on its way');
  expect(await row()).toEqual(before);
});

test('an exchange that says the token is long-lived already keeps it, to be refreshed after a day', async () => {
  const { version } = await stack.row(id);
  stack.simulator.addFault({
    match: { path: '/access_token' },
    status: 400,
    error: { code: 452, message: 'Session key invalid' },
  });
  expect(titleOf(await reconnect())).toBe('Connected');
  const now = await stack.row(id);
  expect([now.version, now.refreshAt! - now.issuedAt!]).toEqual([version + 1, DAY_MS]);
});

describe('a process that ends', () => {
  type Changed = Partial<Stack['instagram']>;
  const never = () => new Promise<never>(() => undefined);
  const points: [string, (instagram: Stack['instagram'], reached: () => void) => Changed, string][] = [
    [
      'before the code is exchanged',
      (_, reached) => ({ exchangeCode: () => (reached(), never()) }),
      'Connected',
    ],
    [
      'when the code is exchanged, before the answer is stored',
      ({ exchangeCode }, reached) => ({
        exchangeCode: (code) => exchangeCode(code).then(() => (reached(), never())),
      }),
      'Please start again',
    ],
    [
      'when the short-lived token is stored',
      (_, reached) => ({ exchangeForLongLived: () => (reached(), never()) }),
      'Connected',
    ],
    [
      'when it is exchanged, before the answer is stored',
      ({ exchangeForLongLived: exchange }, reached) => ({
        exchangeForLongLived: (token) => exchange(token).then(() => (reached(), never())),
      }),
      'Connected',
    ],
    [
      'when the long-lived token is stored',
      (_, reached) => ({ probe: () => (reached(), never()) }),
      'Connected',
    ],
    [
      'after the probe',
      ({ probe }, reached) => ({ probe: (token) => probe(token).then(() => (reached(), never())) }),
      'Connected',
    ],
  ];

  test.each(points)('%s leaves a round that another one completes', async (name, dying, title) => {
    let isReached = false;
    const instagram = { ...stack.instagram, ...dying(stack.instagram, () => (isReached = true)) };
    const doomed = await startApi(stack, { pause, instagram });
    const username = `killed_${points.findIndex(([point]) => point === name)}`;
    const round = await newAccount(username);
    const browser = doomed.browser();
    const back = await consent(browser, `${doomed.url}${new URL(round.url).pathname}`, username);
    const leaving = new AbortController();
    void fetch(back, { headers: browser.cookies(), signal: leaving.signal }).catch(() => undefined);
    await until(() => isReached);
    leaving.abort();
    // Another process may not go on before the lease of the first has ended.
    expect(await finishRounds(background())).toBe(0);
    advance(MINUTE_MS + SECOND_MS);
    await finishRounds(background());
    const elsewhere = await fetch(back.replace(doomed.url, api.url), { headers: browser.cookies() });
    expect(titleOf(await elsewhere.text())).toBe(title);
    expect((await stack.row(round.id)).state).toBe(title === 'Connected' ? 'active' : 'pending');
    expect(await holdings()).toBe(0);
    await doomed.stop();
  });
});

test('under 30 % of blips at every call, 200 of 200 owners are connected by one consent or are told the truth', async () => {
  const OWNERS = 200;
  let codesLost = 0;
  const draw = (path: string): Blip | null => {
    const blip = Math.random() < 0.3 ? BLIPS[Math.floor(Math.random() * BLIPS.length)]! : null;
    if (blip === 'lost after' && path === '/oauth/access_token') codesLost += 1;
    return blip;
  };
  const usedUp = new Set<string>();
  const { instagram, close } = await behindBlips(stack, draw);
  afterwards(close);
  const shaky = await startApi(stack, { pause, instagram });
  const ends = new Map<string, number>();
  let firstPages = 0;

  async function connect(name: string): Promise<void> {
    const { id: integrationId, url } = await newAccount(name);
    const browser = shaky.browser();
    const back = await consent(browser, `${shaky.url}${new URL(url).pathname}`, name);
    let page = await browser.get(back);
    if (page.status !== 202) firstPages += 1;
    for (let looks = 0; page.status === 202 && looks < 20; looks++) {
      advance(30 * SECOND_MS);
      page = await browser.get(back);
    }
    const title = titleOf(page.body) ?? `status ${page.status}`;
    ends.set(title, (ends.get(title) ?? 0) + 1);
    const { state } = await stack.row(integrationId);
    expect([name, state]).toEqual([name, title === 'Connected' ? 'active' : 'pending']);
    if (title === 'Connected') return;
    expect(page.body).toContain('Instagram’s answer was lost on its way');
    usedUp.add(name);
  }

  const names = Array.from({ length: OWNERS }, (_, n) => `blip_${n}`);
  await Promise.all(
    Array.from({ length: 10 }, async (_, lane) => {
      for (let n = lane; n < OWNERS; n += 10) await connect(names[n]!);
    }),
  );
  await shaky.stop();
  // A true refusal: the code was used, by a request whose answer was lost.
  expect(usedUp.size).toBeLessThanOrEqual(codesLost);
  expect([...ends.keys()].sort()).toEqual(['Connected', 'Please start again']);
  expect(ends.get('Connected')! + usedUp.size).toBe(OWNERS);
  expect(firstPages).toBeGreaterThan(OWNERS * 0.9);
});
