import { DAY_MS, HOUR_MS } from '../../../../core/time';
import { type TestApi, useApi } from '../../../support/api';
import { type Stack } from '../../../support/stack';
import { until } from '../../../support/until';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));
afterEach(() => stack.calm());

/** A token that another system holds. */
function held(username: string): string {
  if (!stack.simulator.accounts().some((account) => account.username === username))
    stack.simulator.addAccount({ username });
  return stack.simulator.generateToken(username);
}
const iso = (at: number) => new Date(at).toISOString();
const now = () => stack.simulator.clock.now();
const give = (grant: object, more: object = {}) =>
  api.post('/v1/integrations', { provider: 'instagram', ownerRef: 'migrated', ...more, grant });

test('a token of another system is taken over, proven and kept alive from then on', async () => {
  const accessToken = held('moved');
  const { status, body } = await give(
    { accessToken, issuedAt: iso(now()), expiresAt: iso(now() + 60 * DAY_MS) },
    { externalId: 'old-9' },
  );
  expect(status).toBe(201);
  expect(Object.keys(body)).toEqual(['integration']);
  expect(body.integration).toMatchObject({
    state: 'active',
    tokenVersion: 1,
    externalId: 'old-9',
    account: { id: stack.simulator.account('moved').id, username: 'moved' },
  });
  const { id } = body.integration;
  expect((await api.get(`/v1/integrations/${id}/token`)).body.accessToken).toBe(accessToken);
  await until(async () => (await stack.lifecycles.status(id)).nextAction === 'wait');
  expect(stack.simulator.requests().map(({ path }) => path)).toContain('/me');
});

test('given again, or by many at once, it stays one integration', async () => {
  const accessToken = held('once');
  const grant = { accessToken, expiresAt: iso(now() + 50 * DAY_MS) };
  const answers = await Promise.all(Array.from({ length: 6 }, () => give(grant)));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201]);
  const ids = new Set(answers.map(({ body }) => body.integration.id));
  expect(ids.size).toBe(1);
  expect((await give(grant)).body.integration).toMatchObject({ id: [...ids][0], tokenVersion: 1 });
  const { body } = await api.get('/v1/integrations?ownerRef=migrated&state=pending');
  expect(body.data).toEqual([]);
});

test('a token that was refreshed here is not replaced by the old one', async () => {
  stack.simulator.setMode({ refreshReturns: 'new_old_valid' });
  const old = held('ahead');
  const { body } = await give({ accessToken: old });
  const { id } = body.integration;
  await stack.travel.advance(2 * DAY_MS);
  const refreshed = (await api.get(`/v1/integrations/${id}/token`)).body;
  expect(refreshed.accessToken).not.toBe(old);
  expect((await give({ accessToken: old })).body.integration.id).toBe(id);
  expect((await api.get(`/v1/integrations/${id}/token`)).body.accessToken).toBe(refreshed.accessToken);

  // One that is known to be newer is.
  const newer = held('ahead');
  await give({ accessToken: newer, issuedAt: iso(now()) });
  expect((await api.get(`/v1/integrations/${id}/token`)).body.accessToken).toBe(newer);
  stack.simulator.setMode({ refreshReturns: 'same' });
});

test('a token of unknown expiry is refreshed as soon as it is old enough', async () => {
  const { body } = await give({ accessToken: held('undated') });
  const { id, refreshAt, issuedAt } = body.integration;
  expect(Date.parse(refreshAt) - Date.parse(issuedAt)).toBe(DAY_MS);
  await stack.lifecycles.start(id);
  await stack.travel.advance(DAY_MS + HOUR_MS);
  expect(stack.refreshCalls('undated')).toBe(1);
  expect((await stack.row(id)).version).toBe(2);
});

test('a token in its last hours is refreshed at once, not only after a day', async () => {
  const accessToken = held('nearly');
  await stack.travel.advance(59 * DAY_MS);
  const { status, body } = await give({ accessToken, expiresAt: iso(now() + 20 * HOUR_MS) });
  expect(status).toBe(201);
  await until(async () => (await stack.row(body.integration.id)).version === 2);
  expect(stack.refreshCalls('nearly')).toBe(1);
});

describe('a token without an expiry', () => {
  const scopes = ['instagram_business_basic', 'instagram_business_manage_messages'];
  const short = (username: string, of: string[] = scopes) => {
    if (!stack.simulator.accounts().some((account) => account.username === username))
      stack.simulator.addAccount({ username });
    return stack.simulator.generateToken(username, { kind: 'short', scopes: of });
  };

  test('that is short-lived is exchanged for a long-lived one, which is dated', async () => {
    const accessToken = short('brief');
    const { status, body } = await give({ accessToken });
    expect(status).toBe(201);
    const { id, issuedAt, expiresAt, refreshAt } = body.integration;
    expect(Date.parse(expiresAt) - Date.parse(issuedAt)).toBe(5_183_944_000);
    expect(Date.parse(refreshAt) - Date.parse(issuedAt)).toBeGreaterThan(40 * DAY_MS);
    expect((await api.get(`/v1/integrations/${id}/token`)).body.accessToken).not.toBe(accessToken);
  });

  test('is not refused, nor taken for a long-lived one, while Instagram does not answer', async () => {
    stack.simulator.addFault({ match: { path: '/access_token' }, times: 1, status: 503 });
    const { status, body } = await give({ accessToken: short('unclear') }, { ownerRef: 'nobody' });
    expect([status, body.code]).toEqual([503, 'provider_unavailable']);
  });

  test('that Instagram does not exchange is refused, with what can be done about it', async () => {
    const accessToken = short('invited');
    stack.simulator.setAccount('invited', { tester: 'pending' });
    const { status, body } = await give({ accessToken }, { ownerRef: 'nobody' });
    expect([status, body.code]).toEqual([422, 'grant_refused']);
    expect(body.detail).toContain('grant.expiresAt');
  });
});

test('only scopes that a call has proven are claimed', async () => {
  const dates = { expiresAt: iso(now() + 50 * DAY_MS) };
  const both = await give({ accessToken: held('proven'), ...dates });
  expect(both.body.integration.scopes).toEqual([
    'instagram_business_basic',
    'instagram_business_manage_messages',
  ]);
  stack.simulator.addAccount({ username: 'halfway' });
  const basic = stack.simulator.generateToken('halfway', { scopes: ['instagram_business_basic'] });
  const half = await give({ accessToken: basic, ...dates });
  expect([half.status, half.body.integration.scopes]).toEqual([201, ['instagram_business_basic']]);
  stack.simulator.addFault({ match: { path: '/me/conversations' }, times: 1, status: 503 });
  const unknown = await give({ accessToken: held('unanswered'), ...dates });
  expect([unknown.status, unknown.body.integration.scopes]).toEqual([201, ['instagram_business_basic']]);
});

test.each([
  ['EAACEdEose0cBAexample', 'Facebook'],
  ['IGQVJexample', 'Basic Display'],
  ['THAAexample', 'Threads'],
])('%s is refused as a token of another product, without a call', async (accessToken, product) => {
  const before = stack.simulator.requests().length;
  const { status, body } = await give({ accessToken }, { ownerRef: 'nobody' });
  expect([status, body.code]).toEqual([422, 'grant_refused']);
  expect(body.detail).toContain(product);
  expect(stack.simulator.requests()).toHaveLength(before);
});

test("another owner's account is refused and stays theirs", async () => {
  const { id } = await stack.connect('theirs');
  const { status, body } = await give({ accessToken: held('theirs') });
  expect([status, body.code]).toEqual([409, 'account_taken']);
  expect(await stack.row(id)).toMatchObject({ ownerRef: 'owner-1', version: 1 });
});

test('an expired integration of the same owner comes back to life with it', async () => {
  const { body } = await give({ accessToken: held('revived') });
  const { id } = body.integration;
  await stack.travel.advance(2 * DAY_MS);
  stack.simulator.invalidate('revived', 460);
  expect((await api.post(`/v1/integrations/${id}/recheck`)).body.outcome).toBe('expired');
  const again = await give({ accessToken: held('revived') });
  expect(again.body.integration).toMatchObject({ id, state: 'active', reason: null });
});

test('a token that is dead is refused, and nothing is left behind', async () => {
  const accessToken = held('deceased');
  stack.simulator.invalidate('deceased', 460);
  const { status, body } = await give({ accessToken }, { ownerRef: 'nobody' });
  expect([status, body.code]).toEqual([422, 'grant_refused']);
  expect((await give({ accessToken: 'IGAA-not-a-token' }, { ownerRef: 'nobody' })).body.code).toBe(
    'grant_refused',
  );
  expect(JSON.stringify(body)).not.toContain(accessToken);
  expect((await api.get('/v1/integrations?ownerRef=nobody')).body.data).toEqual([]);
});

test('a token that cannot be proven now is not refused for it', async () => {
  const accessToken = held('unproven');
  stack.simulator.addFault({ match: { path: '/me' }, times: 1, status: 500 });
  const { status, body } = await give({ accessToken }, { ownerRef: 'nobody' });
  expect([status, body.code]).toEqual([503, 'provider_unavailable']);
  expect((await api.get('/v1/integrations?ownerRef=nobody')).body.data).toEqual([]);
});

test.each([
  ['is past', () => ({ expiresAt: iso(now() - 1_000) })],
  ['is further off than any token lives', () => ({ expiresAt: iso(now() + 400 * DAY_MS) })],
  ['follows too soon on the beginning', () => ({ issuedAt: iso(now()), expiresAt: iso(now() + HOUR_MS) })],
  ['lay in the past by its beginning', () => ({ issuedAt: iso(now() - 70 * DAY_MS) })],
])('an end that %s is refused by name', async (_, dates) => {
  const { status, body } = await give({ accessToken: held('dated'), ...dates() });
  expect([status, body.code, body.errors[0].field]).toEqual([400, 'invalid_request', 'grant.expiresAt']);
});
