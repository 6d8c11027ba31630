import { MockActivityEnvironment } from '@temporalio/testing';
import { auditFleet } from '../../../activities/fleet/audit';
import { HOUR_MS } from '../../../core/time';
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
  expect(stack.simulator.account('subscribed').subscribedFields).toEqual(['messages']);
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
  expect(stack.simulator.account('taken.over').subscribedFields).toEqual(['messages']);
});

test.each([
  ['refuses', { status: 500 }],
  ['answers nothing', { drop: 'before' as const }],
  ['lacks the permission', { error: { code: 10, message: 'no' } }],
])(
  'when Instagram %s, the account is connected all the same, and the audit subscribes it',
  async (name, fault) => {
    const username = name.replaceAll(' ', '.');
    stack.simulator.addFault({ match: { path: '/me/subscribed_apps' }, times: 1, ...fault });
    const { id, page } = await connect(username);
    expect(page.body).toContain('Connected');
    expect((await api.get(`/v1/integrations/${id}/token`)).status).toBe(200);
    expect(stack.simulator.account(username).subscribedFields).toEqual([]);
    stack.simulator.clock.advance(HOUR_MS);
    expect(await audit()).toMatchObject({ subscribed: 1 });
    expect(stack.simulator.account(username).subscribedFields).toEqual(['messages']);
    expect(await audit()).toMatchObject({ subscribed: 0 });
  },
);

test('without a verify token nothing is subscribed; once it is set, all are', async () => {
  const off = await startApi(stack);
  await connect('before.webhooks', off);
  await audit(stack.instagram);
  expect(calls('before.webhooks')).toHaveLength(0);
  await off.stop();
  expect(await audit()).toMatchObject({ subscribed: 1 });
  expect(stack.simulator.account('before.webhooks').subscribedFields).toEqual(['messages']);
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
