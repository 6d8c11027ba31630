import { createActivities } from '../../../activities';
import { FAILURE_TYPES } from '../../../core/failure-types';
import { refreshToken } from '../../../activities/lifecycle/refresh-token';
import { createInstagram } from '../../../adapters/instagram/client';
import { createProviderHttp } from '../../../adapters/instagram/http';
import { createMetrics } from '../../../adapters/metrics';
import { createClockCheck } from '../../../adapters/postgres/clock-check';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../core/time';
import { type Stack, startStack } from '../../support/stack';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterAll(() => stack.stop());

/** A process on a machine whose clock is `aheadMs` ahead of everyone else's, database and Instagram included. */
function onMachine(aheadMs: number) {
  const clock = { now: () => stack.simulator.clock.now() + aheadMs };
  const gate = { enter: () => Promise.resolve(), leave: () => Promise.resolve() };
  const http = createProviderHttp(clock, { counters: createMetrics().counters, gate });
  return {
    ...stack.deps,
    clock,
    clockCheck: createClockCheck(stack.pool, {
      now: () => Date.now() + aheadMs,
      elapsed: () => performance.now(),
    }),
    instagram: createInstagram(http, stack.instagram.settings),
  };
}

test('a worker whose clock is 75 days ahead expires, recovers and refreshes nothing', async () => {
  const { id } = await stack.connect('behind.the.times');
  const before = await stack.row(id);
  const activities = createActivities(onMachine(75 * DAY_MS));
  const target = { integrationId: id, version: 1 };
  const refused = { type: FAILURE_TYPES.clocksDiffer, nonRetryable: false };
  await expect(activities.expire(target)).rejects.toMatchObject(refused);
  await expect(activities.recoverToken({ ...target, rejection: null })).rejects.toMatchObject(refused);
  await expect(activities.refreshToken({ ...target, asked: true })).rejects.toMatchObject(refused);
  await expect(activities.loadFacts(target)).rejects.toMatchObject(refused);
  await expect(activities.auditFleet()).rejects.toMatchObject(refused);
  expect(await stack.row(id)).toEqual(before);
});

test.each([
  ['2 hours ahead', 2 * HOUR_MS],
  ['2 hours behind', -2 * HOUR_MS],
  ['75 days ahead', 75 * DAY_MS],
])('a token is dated by the clock that is behind: this machine is %s', async (name, aheadMs) => {
  const { id } = await stack.connect(`dated.${name.replaceAll(' ', '.')}`);
  stack.simulator.clock.advance(46 * DAY_MS);
  const { clock, instagram } = onMachine(aheadMs);
  await refreshToken({ ...stack.deps, clock, instagram }, { integrationId: id, version: 1, asked: true });
  const { issuedAt, version } = await stack.row(id);
  expect(version).toBe(2);
  const earlier = stack.simulator.clock.now() + Math.min(0, aheadMs);
  expect(issuedAt).toBeGreaterThan(earlier - 60 * SECOND_MS);
  expect(issuedAt).toBeLessThanOrEqual(earlier + SECOND_MS);
});

test('after 75 days without any worker no token is given up before Instagram was asked', async () => {
  const { id } = await stack.connect('asleep');
  stack.simulator.clock.advance(75 * DAY_MS);
  const activities = createActivities(stack.deps);
  const probes = () => stack.simulator.requests().length;
  const before = probes();
  await activities.expire({ integrationId: id, version: 1 });
  expect(probes()).toBeGreaterThan(before);
  expect(await stack.row(id)).toMatchObject({ state: 'expired', reason: 'lifetime_elapsed' });
});

test('while Instagram does not answer, a lifetime that ended long ago is asked about for a day', async () => {
  const { id } = await stack.connect('unanswered');
  stack.simulator.clock.advance(75 * DAY_MS);
  stack.simulator.addFault({ match: {}, status: 503 });
  const activities = createActivities(stack.deps);
  const ask = () => activities.expire({ integrationId: id, version: 1 });
  await ask();
  expect(await stack.row(id)).toMatchObject({ state: 'recovering' });
  stack.simulator.clock.advance(23 * HOUR_MS);
  await ask();
  expect(await stack.row(id)).toMatchObject({ state: 'recovering' });
  stack.simulator.clock.advance(HOUR_MS);
  await ask();
  expect(await stack.row(id)).toMatchObject({ state: 'expired', reason: 'lifetime_elapsed' });
  stack.simulator.clearFaults();
});
