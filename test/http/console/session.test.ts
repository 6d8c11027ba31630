import { HOUR_MS, MINUTE_MS } from '../../../core/time';
import { API_KEY, type TestApi, type Verbs, startApi, useApi } from '../../support/api';
import { type Stack } from '../../support/stack';
import { afterwards } from '../../support/temporary-folder';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started), { workers: false });
beforeAll(async () => {
  await stack.connect('shown', { start: false });
});

/** A form of one of our own pages, sent as a browser sends it. */
function submit(browser: Verbs, path: string, fields: Record<string, string> = {}, origin = api.url) {
  return browser.request('POST', path, {
    headers: {
      origin,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(fields).toString(),
  });
}
const signIn = (browser: Verbs, key = API_KEY) => submit(browser, '/console/sign-in', { key });
const link = async () => new URL((await api.post('/v1/console-links')).body.url).pathname;
const keyFor = async (scopes: string[], more = {}) =>
  (await api.post('/v1/api-keys', { name: 'operator', scopes, ...more })).body as { id: string; key: string };

test('without a session everything leads to the sign-in page', async () => {
  const browser = api.browser();
  for (const path of ['/console', '/console/anything']) {
    const { status, headers } = await browser.get(path);
    expect([status, headers.get('location')]).toEqual([303, '/console/sign-in']);
  }
  const page = await browser.get('/console/sign-in');
  expect(page.status).toBe(200);
  expect(page.body).toContain('API key');
});

test('a key with the scope admin signs in, and out', async () => {
  const browser = api.browser();
  const signedIn = await signIn(browser);
  expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/console']);
  expect(signedIn.headers.getSetCookie().at(-1)).toMatch(
    /^evergrant=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  const home = await browser.get('/console');
  expect(home.body).toContain('Signed in as bootstrap');
  expect(home.body).toContain('@shown');
  expect((await submit(browser, '/console/sign-out')).status).toBe(303);
  expect((await browser.get('/console')).status).toBe(303);
});

test('signing out ends the session itself, not only the cookie', async () => {
  const browser = api.browser();
  const [cookie = ''] = (await signIn(browser)).headers.getSetCookie().at(-1)?.split(';') ?? [];
  await submit(browser, '/console/sign-out');
  const copy = await api.as(null).request('GET', '/console', { headers: { cookie } });
  expect(copy.status).toBe(303);
});

test.each(['evg_nonsense', '', 'x'.repeat(5_000)])('the key %# does not sign in', async (key) => {
  const browser = api.browser();
  const refused = await signIn(browser, key);
  expect(refused.status).toBe(403);
  expect(refused.body).toContain('This key cannot sign in.');
  expect((await browser.get('/console')).status).toBe(303);
});

test('a key without the scope admin neither signs in nor makes a link', async () => {
  const { key } = await keyFor(['read', 'operate', 'token', 'message']);
  expect((await signIn(api.browser(), key)).status).toBe(403);
  expect((await api.as(key).post('/v1/console-links')).status).toBe(403);
});

test('behind TLS the cookie is bound to the host and never leaves it in plain', async () => {
  const site = { publicUrl: 'https://shopdesk.example' };
  const tls = await startApi(stack, { site });
  afterwards(() => tls.stop());
  const { headers } = await submit(tls.browser(), '/console/sign-in', { key: API_KEY }, site.publicUrl);
  const cookie = headers.getSetCookie().at(-1);
  expect(cookie).toMatch(
    /^__Host-evergrant=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
});

describe('a link', () => {
  test('signs in once, when its button is pressed, and is not spent by being opened', async () => {
    const [path, browser, later] = [await link(), api.browser(), api.browser()];
    for (let times = 0; times < 2; times++) {
      const page = await browser.get(path);
      expect(page.status).toBe(200);
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.body).toContain(`<form method="post" action="${path}">`);
    }
    expect((await submit(browser, path)).headers.get('location')).toBe('/console');
    expect((await browser.get('/console')).status).toBe(200);
    const again = await submit(later, path);
    expect(again.status).toBe(403);
    expect(again.body).toContain('This link has been used');
    expect((await later.get('/console')).status).toBe(303);
  });

  test('is over after ten minutes', async () => {
    const [path, browser] = [await link(), api.browser()];
    stack.simulator.clock.advance(10 * MINUTE_MS);
    expect((await submit(browser, path)).status).toBe(403);
  });

  test.each(['x', 'A'.repeat(43), '%00', `${'A'.repeat(43)}.x`])(
    '%s is refused like any other',
    async (text) => {
      const refused = await submit(api.browser(), `/console/sign-in/${text}`);
      expect(refused.status).toBe(403);
      expect(refused.body).toContain('This link has been used');
    },
  );

  test('two browsers press the button at once: one is signed in', async () => {
    const path = await link();
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit(api.browser(), path)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
  });
});

describe('a session', () => {
  test('ends after twelve hours', async () => {
    const browser = api.browser();
    await signIn(browser);
    stack.simulator.clock.advance(12 * HOUR_MS - 1_000);
    expect((await browser.get('/console')).status).toBe(200);
    stack.simulator.clock.advance(1_000);
    expect((await browser.get('/console')).status).toBe(303);
  });

  test('ends at once with the key it was made with, by key or by link', async () => {
    const { id, key } = await keyFor(['admin', 'read']);
    const [byKey, byLink] = [api.browser(), api.browser()];
    await signIn(byKey, key);
    const { url } = (await api.as(key).post('/v1/console-links')).body;
    await submit(byLink, new URL(url).pathname);
    for (const browser of [byKey, byLink]) expect((await browser.get('/console')).status).toBe(200);
    const unused = new URL((await api.as(key).post('/v1/console-links')).body.url).pathname;
    await api.delete(`/v1/api-keys/${id}`);
    for (const browser of [byKey, byLink]) expect((await browser.get('/console')).status).toBe(303);
    expect((await submit(api.browser(), unused)).status).toBe(403);
  });

  test('sees no more than its key', async () => {
    const { key } = await keyFor(['admin', 'read'], { ownerRefs: ['nobody'] });
    const browser = api.browser();
    await signIn(browser, key);
    expect((await browser.get('/console/connections')).body).toContain('No connections yet.');
  });

  test('gets a new name at every sign-in', async () => {
    const browser = api.browser();
    const cookies = [];
    for (let times = 0; times < 2; times++)
      cookies.push((await signIn(browser)).headers.getSetCookie().at(-1)?.split(';')[0]);
    expect(new Set(cookies).size).toBe(2);
    const old = await api.as(null).request('GET', '/console', { headers: { cookie: cookies[0]! } });
    expect(old.status).toBe(303);
  });

  test.each(['', 'A'.repeat(43), 'A'.repeat(42), '%00', `${'A'.repeat(43)}'; drop table sessions; --`])(
    'is not had by the cookie %p',
    async (value) => {
      const headers = { cookie: `evergrant=${value}` };
      expect((await api.as(null).request('GET', '/console', { headers })).status).toBe(303);
    },
  );

  test('is kept by its hash alone', async () => {
    const browser = api.browser();
    const [, value = ''] = /=([^;]*)/.exec((await signIn(browser)).headers.getSetCookie().at(-1) ?? '') ?? [];
    const { rows } = await stack.pool.query("select encode(session_hash, 'escape') as kept from sessions");
    expect(rows.some(({ kept }) => kept.includes(value))).toBe(false);
  });

  test('opens nothing of the API', async () => {
    const browser = api.browser();
    await signIn(browser);
    expect((await browser.get('/v1/fleet')).status).toBe(401);
  });
});

describe('what changes something is refused', () => {
  test.each([
    ['from another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    [
      "from the product's own app",
      { origin: 'https://app.shopdesk.example', 'sec-fetch-site': 'cross-site' },
    ],
    ['from nowhere', {}],
    ['from an unnamed origin', { origin: 'null' }],
    ['from a sibling of this host', { 'sec-fetch-site': 'same-site' }],
    ['from our origin as another site', { 'sec-fetch-site': 'cross-site', origin: 'OURS' }],
  ])('%s', async (_, { origin, ...rest }: Record<string, string>) => {
    const browser = api.browser();
    await signIn(browser);
    const headers = { ...rest, ...(origin && { origin: origin === 'OURS' ? api.url : origin }) };
    const answer = await browser.request('POST', '/console/sign-out', { headers });
    expect(answer.status).toBe(403);
    expect((await browser.get('/console')).status).toBe(200);
    expect((await browser.request('POST', await link(), { headers })).status).toBe(403);
  });
});

test('pages carry a strict content security policy with a nonce of their own', async () => {
  const nonces = [];
  for (let times = 0; times < 2; times++) {
    const { headers, body } = await api.browser().get('/console/sign-in');
    const policy = headers.get('content-security-policy') ?? '';
    const [, nonce = ''] = /style-src 'nonce-([^']+)'/.exec(policy) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'nonce-${nonce}'`);
    expect(policy).toContain("form-action 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(body).toContain(`<style nonce="${nonce}">`);
    nonces.push(nonce);
  }
  expect(nonces[0]).not.toBe(nonces[1]);
});

describe('a proxy in front', () => {
  const headers = { 'x-forwarded-user': 'ada@shopdesk.example' };
  let proxied: TestApi;
  beforeAll(async () => {
    proxied = await startApi(stack, {
      site: { trustedUserHeader: 'x-forwarded-user', isTrustedProxy: (address) => address === '127.0.0.1' },
    });
  });
  afterAll(() => proxied.stop());

  test('says who uses the console', async () => {
    const page = await proxied.as(null).request('GET', '/console', { headers });
    expect(page.status).toBe(200);
    expect(page.body).toContain('Signed in as ada@shopdesk.example');
  });

  test('opens nothing of the API', async () => {
    expect((await proxied.as(null).request('GET', '/v1/fleet', { headers })).status).toBe(401);
  });

  test.each(['', 'a b', 'x'.repeat(300)])('without a user name signs in no one: %#', async (name) => {
    const answer = await proxied
      .as(null)
      .request('GET', '/console', { headers: { 'x-forwarded-user': name } });
    expect(answer.status).toBe(303);
  });

  test('that is not trusted is ignored, as is one where none is configured', async () => {
    const other = await startApi(stack, {
      site: { trustedUserHeader: 'x-forwarded-user', isTrustedProxy: (address) => address === '10.0.0.1' },
    });
    const spoofed = { ...headers, 'x-forwarded-for': '10.0.0.1' };
    afterwards(() => other.stop());
    for (const at of [other, api])
      expect((await at.as(null).request('GET', '/console', { headers: spoofed })).status).toBe(303);
  });
});
