import { DAY_MS, HOUR_MS } from '../../core/time';
import { type TestApi, startApi } from '../support/api';
import { type Stack, startStack } from '../support/stack';
import { until } from '../support/until';

/** The original incident: a token that ran out overnight. Each test leaves clocks behind that others could not use. */

let stack: Stack;
let api: TestApi;
beforeEach(async () => {
  stack = await startStack();
  api = await startApi(stack);
});
afterEach(async () => {
  await api.stop();
  await stack.stop();
});

const timeLeft = async (id: string) => ((await stack.row(id)).expiresAt ?? 0) - stack.simulator.clock.now();

test('a token that expired 7.5 hours ago gets one refresh before it is marked expired', async () => {
  const { id } = await stack.connect('overnight');
  await stack.travel.advance(1 * HOUR_MS);
  // The workers are gone for two months, as after a cron that missed its window.
  await stack.stopWorkers();
  stack.simulator.clock.advance((await timeLeft(id)) + 7.5 * HOUR_MS);
  expect((await api.get(`/v1/integrations/${id}/token`)).status).toBe(503);
  await stack.startWorkers();
  await stack.lifecycles.rowChanged(id);
  await until(async () => (await stack.row(id)).state === 'expired', { timeoutMs: 30_000 });
  expect(stack.refreshCalls('overnight')).toBe(1);
  const { body } = await api.get(`/v1/integrations/${id}`);
  expect(body).toMatchObject({ state: 'expired', reason: 'lifetime_elapsed', reconnectRequired: true });
  expect(body.banner.text).toBe(
    'We could not renew the connection to @overnight in time. Reconnect to read and send messages again.',
  );
});

test('a token that expired 7.5 hours ago is saved when Instagram still refreshes it', async () => {
  const { id, version } = await stack.connect('saved');
  await stack.travel.advance(2 * DAY_MS);
  await stack.pool.query(`update integrations set expires_at = $2, revision = revision + 1 where id = $1`, [
    id,
    new Date(stack.simulator.clock.now() - 7.5 * HOUR_MS),
  ]);
  await stack.lifecycles.rowChanged(id);
  await until(async () => (await stack.row(id)).version === version + 1);
  expect(await stack.row(id)).toMatchObject({ state: 'active' });
  expect(stack.refreshCalls('saved')).toBe(1);
});
