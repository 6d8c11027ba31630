import { MockActivityEnvironment } from '@temporalio/testing';
import { auditFleet } from '../../../activities/fleet/audit';
import { SUBSCRIBED_FIELDS } from '../../../adapters/instagram/subscriptions';
import { DAY_MS, HOUR_MS } from '../../../core/time';
import { type TestApi, startApi, useApi } from '../../support/api';
import { withCallbacks } from '../../support/callbacks';
import { type Stack } from '../../support/stack';

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started), {
  api: (stack) => ({ instagram: withCallbacks(stack.instagram) }),
});
afterEach(() => stack.simulator.clearFaults());

const audit = (instagram = withCallbacks(stack.instagram)) =>
  new MockActivityEnvironment().run(auditFleet, { ...stack.deps, instagram });
const calls = (username: string) =>
  stack.simulator
    .requests()
    .filter(({ path, method }) => method === 'POST' && path.endsWith('/subscribed_apps'))
    .filter(({ account }) => account === stack.simulator.account(username).id);

const capabilities = async (id: string) => (await api.get(`/v1/integrations/${id}`)).body.capabilities;

/** The owner's whole way, through the pages of `at`. @returns the integration's id and the last page */
async function connect(username: string, at = api, id: string | null = null) {
  if (id === null) stack.simulator.addAccount({ username });
  const { body } =
    id === null
      ? await at.post('/v1/integrations', { provider: 'instagram', ownerRef: 'owner-1' })
      : await at.post(`/v1/integrations/${id}/connect-links`, {});
  stack.simulator.scriptLogin({ account: username, decision: 'allow' });
  const browser = at.browser();
  const begun = await browser.request('POST', body.connectUrl ?? body.url);
  const back = await browser.get(begun.headers.get('location') ?? '');
  const page = await browser.get(back.headers.get('location') ?? '');
  return { id: id ?? (body.integration.id as string), page };
}

test('an account is subscribed to its messages when it is connected, and again when it is reconnected', async () => {
  const { id, page } = await connect('subscribed');
  expect(page.body).toContain('Connected');
  expect(calls('subscribed')).toMatchObject([{ status: 200 }]);
  expect(stack.simulator.account('subscribed').subscribedFields).toEqual(SUBSCRIBED_FIELDS);
  await connect('subscribed', api, id);
  expect(calls('subscribed')).toHaveLength(2);
  await audit();
  expect(calls('subscribed')).toHaveLength(2);
});

test('a token that is taken over is subscribed, too', async () => {
  stack.simulator.addAccount({ username: 'taken.over' });
  const token = stack.simulator.generateToken('taken.over');
  const answer = await api.post('/v1/integrations', {
    provider: 'instagram',
    ownerRef: 'owner-1',
    grant: { accessToken: token },
  });
  expect(answer.status).toBe(201);
  expect(stack.simulator.account('taken.over').subscribedFields).toEqual(SUBSCRIBED_FIELDS);
});

test.each([
  ['refuses', { status: 500 }],
  ['answers nothing', { drop: 'before' as const }],
  ['does not say that it succeeded', { status: 200, body: '{"success":false}' }],
  ['answers something else', { status: 200, body: '{}' }],
])(
  'when Instagram %s, the account is connected all the same, and the audit subscribes it',
  async (name, fault) => {
    const username = name.replaceAll(' ', '.');
    stack.simulator.addFault({ match: { path: '/me/subscribed_apps' }, times: 1, ...fault });
    const { id, page } = await connect(username);
    expect(page.body).toContain('Connected');
    expect((await api.get(`/v1/integrations/${id}/token`)).status).toBe(200);
    expect(stack.simulator.account(username).subscribedFields).toEqual([]);
    expect(await capabilities(id)).toMatchObject({ subscription: 'unknown', subscriptionError: {} });
    stack.simulator.clock.advance(HOUR_MS);
    expect(await audit()).toMatchObject({ subscribed: 1 });
    expect(stack.simulator.account(username).subscribedFields).toEqual(SUBSCRIBED_FIELDS);
    expect(await capabilities(id)).toMatchObject({ subscription: 'subscribed', subscriptionError: null });
    expect(await audit()).toMatchObject({ subscribed: 0 });
  },
);

test('what is refused for good is shown with its reason, and asked for again daily', async () => {
  stack.simulator.addFault({
    match: { path: '/me/subscribed_apps', method: 'POST' },
    error: { code: 10, message: 'no' },
  });
  const { id } = await connect('refused');
  expect(await capabilities(id)).toMatchObject({
    messages: expect.any(String),
    subscription: 'refused',
    subscriptionError: { code: '10', text: 'subscribe: Instagram answered 10' },
  });
  stack.simulator.clock.advance(2 * HOUR_MS);
  await audit();
  expect(calls('refused')).toHaveLength(1);
  stack.simulator.clearFaults();
  stack.simulator.clock.advance(DAY_MS);
  await audit();
  expect(await capabilities(id)).toMatchObject({ subscription: 'subscribed', subscriptionError: null });
});

test('an app that may not have every field is subscribed to messages, once', async () => {
  stack.simulator.addFault({
    match: { path: '/me/subscribed_apps', method: 'POST' },
    times: 1,
    error: { code: 100, message: 'Param subscribed_fields[6] must be one of …' },
  });
  const { id } = await connect('few.fields');
  expect(stack.simulator.account('few.fields').subscribedFields).toEqual(['messages']);
  expect(await capabilities(id)).toMatchObject({ subscription: 'subscribed' });
  await audit();
  expect(calls('few.fields')).toHaveLength(2);
});

test('a subscription of an older release is renewed', async () => {
  const { id } = await connect('older');
  await stack.pool.query(`update integrations set subscribed_fields = 'messages' where id = $1`, [id]);
  expect(await audit()).toMatchObject({ subscribed: 1 });
  expect(calls('older')).toHaveLength(2);
});

test('a subscription that Instagram does not list any more is renewed; one without an answer is left alone', async () => {
  const { id } = await connect('vanished');
  await stack.pool.query('update integrations set subscription_checked_at = $1 where id <> $2', [
    new Date(stack.simulator.clock.now()),
    id,
  ]);
  const token = stack.simulator.generateToken('vanished');
  const end = await fetch(`${stack.simulatorUrl}/me/subscribed_apps?access_token=${token}`, {
    method: 'DELETE',
  });
  expect(end.status).toBe(200);
  stack.simulator.addFault({ match: { path: '/me/subscribed_apps', method: 'GET' }, times: 1, status: 500 });
  expect(await audit()).toMatchObject({ subscribed: 0 });
  expect(await capabilities(id)).toMatchObject({ subscription: 'subscribed' });
  stack.simulator.clock.advance(DAY_MS + HOUR_MS);
  expect(await audit()).toMatchObject({ subscribed: 1 });
  expect(stack.simulator.account('vanished').subscribedFields).toEqual(SUBSCRIBED_FIELDS);
});

test('without a verify token nothing is subscribed; once it is set, all are', async () => {
  const off = await startApi(stack);
  await connect('before.webhooks', off);
  await audit(stack.instagram);
  expect(calls('before.webhooks')).toHaveLength(0);
  await off.stop();
  expect(await audit()).toMatchObject({ subscribed: 1 });
  expect(stack.simulator.account('before.webhooks').subscribedFields).toEqual(SUBSCRIBED_FIELDS);
});

test('while Instagram is down the audit stops asking, and begins with others the next time', async () => {
  const off = await startApi(stack);
  for (let n = 0; n < 8; n++) await connect(`crowd.${n}`, off);
  await off.stop();
  const asked = () => Array.from({ length: 8 }, (_, n) => calls(`crowd.${n}`).length);
  stack.simulator.addFault({ match: { path: '/me/subscribed_apps' }, status: 503 });
  expect(await audit()).toMatchObject({ subscribed: 0 });
  expect(asked().filter((times) => times > 0)).toHaveLength(5);
  await audit();
  expect(asked().filter((times) => times > 0)).toHaveLength(8);
  stack.simulator.clearFaults();
  expect(await audit()).toMatchObject({ subscribed: 8 });
});
