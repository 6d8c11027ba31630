import { type TestApi, useApi } from '../../support/api';
import { VERIFY_TOKEN, withCallbacks } from '../../support/callbacks';
import { type Stack } from '../../support/stack';
import { until } from '../../support/until';

/** Instagram's side is the simulator's here: what it sends, signs and expects to be answered. */

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started), {
  api: (stack) => ({ instagram: withCallbacks(stack.instagram) }),
});

const CALLBACKS = '/callbacks/instagram';
const control = (path: string, body: object) => api.as(null).post(`${stack.simulatorUrl}/_sim/${path}`, body);
const setUp = (verifyToken: string) =>
  control('webhooks', {
    callbackUrl: `${api.url}${CALLBACKS}/webhooks`,
    verifyToken,
    deauthorizeUrl: `${api.url}${CALLBACKS}/deauthorize`,
    dataDeletionUrl: `${api.url}${CALLBACKS}/data-deletion`,
  });

/** Taken over, so that the product itself subscribes the account. */
async function connect(username: string) {
  const { id: accountId } = stack.simulator.addAccount({ username });
  const accessToken = stack.simulator.generateToken(username);
  const wanted = { provider: 'instagram', ownerRef: 'owner-1', grant: { accessToken } };
  const { body } = await api.post('/v1/integrations', wanted);
  return { id: body.integration.id as string, accountId };
}
const show = async (id: string) => (await api.get(`/v1/integrations/${id}`)).body;
const received = async (id: string) =>
  (await stack.events(id)).filter((type) => type === 'message.received').length;

test('the handshake is refused with another token, and done with the right one', async () => {
  expect((await setUp('another')).status).toBe(409);
  expect((await setUp(VERIFY_TOKEN)).status).toBe(200);
});

test('a message of a customer is reported once; forged and repeated deliveries are not', async () => {
  const { id, accountId } = await connect('busy');
  const write = (text: string) => control(`accounts/${accountId}/inbound`, { text, from: 'customer' });
  await write('Größe 42/43 😀?');
  await until(async () => (await received(id)) === 1);

  const deliveries = async () =>
    (await api.as(null).get(`${stack.simulatorUrl}/_sim/deliveries`)).body.data.filter(
      (one: { kind: string }) => one.kind === 'message',
    );
  const [first] = await deliveries();
  await control(`deliveries/${first.seq}/resend`, {});
  await control('mode', { webhookSignature: 'wrong' });
  await write('Forged');
  const [, forged] = await until(async () => {
    const all = await deliveries();
    return all[1]?.attempts.length > 0 && all;
  });
  expect(forged.attempts[0].status).toBe(403);
  await control('mode', { webhookSignature: 'right' });
  expect(await received(id)).toBe(1);
});

test.each(['app_scoped', 'professional'])('an owner named by the %s id removes the app', async (userId) => {
  const { id, accountId } = await connect(`removes.${userId.replace('_', '.')}`);
  const { body } = await control(`accounts/${accountId}/deauthorize`, { userId });
  expect(body.delivery.attempts[0].status).toBe(200);
  expect(await show(id)).toMatchObject({ state: 'expired', reason: 'deauthorized' });
});

test('a deletion is answered with a page and a code; a forged one is refused', async () => {
  const { id, accountId } = await connect('forgets');
  const forged = await control(`accounts/${accountId}/data-deletion`, { signature: 'wrong' });
  expect([forged.body.delivery.attempts[0].status, forged.body.answer]).toEqual([400, null]);
  expect((await show(id)).state).toBe('active');
  const { body } = await control(`accounts/${accountId}/data-deletion`, {});
  expect((await api.as(null).get(body.answer.url)).status).toBe(200);
  expect(await show(id)).toMatchObject({ state: 'disconnected', account: null });
});
