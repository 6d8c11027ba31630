import { type TestApi, useApi } from '../../support/api';
import { FAILURES, UNREADABLE } from '../../support/failures';
import { type Stack } from '../../support/stack';
import { DAY_MS } from '../../../core/time';

let stack: Stack;
let api: TestApi;
let link: string;
let id: string;
useApi((started) => ({ stack, api } = started), { workers: false });
beforeAll(async () => {
  ({ id } = await stack.connect('kept', { start: false }));
  link = (await api.post(`/v1/integrations/${id}/connect-links`)).body.url;
});
afterEach(() => stack.calm());

/** A whole round through the consent page. @returns what the owner is shown */
async function reconnect(): Promise<string> {
  stack.simulator.scriptLogin({ account: 'kept', decision: 'allow' });
  const browser = api.browser();
  const begun = await browser.request('POST', link);
  const consent = await browser.get(begun.headers.get('location') ?? '');
  return (await browser.get(consent.headers.get('location') ?? '')).body;
}

async function row() {
  const { lifecycleRevision: _, revision: _r, updatedAt: _u, ...rest } = await stack.row(id);
  return rest;
}

/** Which calls of a round may be refused, with paths as Instagram names them. */
const CALLS = {
  'the code exchange': '/oauth/access_token',
  'the long-lived exchange': '/access_token',
  'the probe': '/me',
};

describe.each(Object.entries(CALLS))('a reconnect in which %s is answered by', (_, path) => {
  test.each([...FAILURES, ...UNREADABLE])(
    '$name changes nothing, and the owner sees an error',
    async (failure) => {
      const before = await row();
      stack.simulator.addFault({ match: { path }, status: failure.status, error: failure.error });
      const page = await reconnect();
      expect(page).toMatch(/<h1[^>]*>(?!Connected)/);
      expect(page).not.toContain('IGAA');
      expect(await row()).toEqual(before);
    },
  );

  test.each([
    ['nothing', { drop: 'before' as const }],
    ['a page of HTML', { status: 200, body: '<html>Oops</html>' }],
    ['an empty body', { status: 200, body: '' }],
    ['half a JSON', { status: 200, body: '{"access_token":"IGAA' }],
    ['no token', { status: 200, body: { expires_in: 5184000 } }],
    ['an empty token', { status: 200, body: { access_token: '', expires_in: 5184000 } }],
    ['a server error', { status: 502, body: '<html>Bad gateway</html>' }],
  ])('%s changes nothing, and the owner sees an error', async (_what, answer) => {
    const before = await row();
    stack.simulator.addFault({ match: { path }, ...answer });
    expect(await reconnect()).toMatch(/<h1[^>]*>(?!Connected)/);
    expect(await row()).toEqual(before);
  });
});

test.each([
  'Matching code was not found or was already used',
  'This authorization code has been used',
  'Invalid authorization code',
  'No matching code found.',
  'Invalid platform app',
])('the token host’s "%s" is a new round for the owner, and nothing else', async (message) => {
  const before = await row();
  const body = { error_type: 'OAuthException', code: 400, error_message: message };
  stack.simulator.addFault({ match: { path: '/oauth/access_token' }, status: 400, body });
  expect(await reconnect()).toMatch(/<h1[^>]*>(?!Connected)/);
  expect(await row()).toEqual(before);
});

test('an exchange that says the token is long-lived already keeps it, to be refreshed after a day', async () => {
  stack.simulator.addFault({
    match: { path: '/access_token' },
    status: 400,
    error: { code: 452, message: 'Session key invalid' },
  });
  expect(await reconnect()).toMatch(/<h1[^>]*>Connected/);
  const { version, issuedAt, refreshAt } = await stack.row(id);
  expect([version, refreshAt! - issuedAt!]).toEqual([2, DAY_MS]);
});
