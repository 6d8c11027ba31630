import { addGeneralEvent, feed, feedLagSeconds } from '../../../../adapters/postgres/deliveries/events';
import { MINUTE_MS } from '../../../../core/time';
import { type Stack, startStack } from '../../../support/stack';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterAll(() => stack.stop());

const now = () => stack.simulator.clock.now();
const shown = () => feed(stack.pool, { after: null, type: null, limit: 10, ownerRefs: null, now: now() });
const lag = () => feedLagSeconds(stack.pool, now());

test('a transaction that stays open holds the feed back, visibly, and for ten minutes at most', async () => {
  expect(await lag()).toBe(0);
  const open = await stack.pool.connect();
  await open.query('begin; select pg_current_xact_id()');
  await addGeneralEvent(
    stack.pool,
    { type: 'provider.incident_started', data: { incidentId: 'inc_1' } },
    now(),
  );
  expect(await shown()).toEqual([]);
  stack.simulator.clock.advance(5 * MINUTE_MS);
  expect(await shown()).toEqual([]);
  expect(await lag()).toBeGreaterThanOrEqual(300);
  stack.simulator.clock.advance(6 * MINUTE_MS);
  expect(await shown()).toHaveLength(1);
  expect(await lag()).toBe(0);
  await open.query('rollback');
  open.release();
});
