import { type OpenTemporal, openTemporal } from '../../../adapters/temporal/connect';
import { openTemporalPath } from '../../support/temporal';
import { until } from '../../support/until';

const CONNECTED_WITHIN_MS = 500;
let path: Awaited<ReturnType<typeof openTemporalPath>>;
let temporal: OpenTemporal;

beforeEach(async () => {
  path = await openTemporalPath();
  temporal = openTemporal(path.settings, CONNECTED_WITHIN_MS);
});
afterEach(async () => {
  await temporal.close();
  await path.close();
});

const ask = (withinMs: number) =>
  temporal.client.withDeadline(Date.now() + withinMs, async () => {
    await temporal.client.workflowService.getSystemInfo({});
    return true;
  });

test('a client goes on once a Temporal is back that had accepted its connection and said nothing', async () => {
  path.silence({ newOnes: true });
  await expect(ask(1_000)).rejects.toThrow(/DEADLINE_EXCEEDED/);
  path.restore();
  expect(await until(() => ask(1_000).catch(() => false))).toBe(true);
});

test('a call that waits for such a connection is answered by the next one', async () => {
  path.silence({ newOnes: true });
  const answer = ask(20_000);
  await until(() => path.connections() > 0);
  path.restore();
  expect(await answer).toBe(true);
});

test('attempts become rarer while it says nothing', async () => {
  path.silence({ newOnes: true });
  await expect(ask(10 * CONNECTED_WITHIN_MS)).rejects.toThrow(/DEADLINE_EXCEEDED/);
  expect(path.connections()).toBeGreaterThanOrEqual(3);
  expect(path.connections()).toBeLessThanOrEqual(4);
});

test('a slow connection is waited for', async () => {
  path.slow(CONNECTED_WITHIN_MS / 10);
  expect(await ask(10 * CONNECTED_WITHIN_MS)).toBe(true);
});
