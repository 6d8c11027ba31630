import { auditFleet } from '../../../activities/fleet/audit';
import { refreshToken } from '../../../activities/lifecycle/refresh-token';
import { createPool } from '../../../adapters/postgres/pool';
import { usableToken } from '../../../services/usable-token';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { openDatabasePath } from '../../support/database-path';
import { type Stack, startStack } from '../../support/stack';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterEach(() => stack.calm());
afterAll(() => stack.stop());

const refresh = (id: string, version = 1) =>
  refreshToken(stack.deps, { integrationId: id, version, asked: false });

test('the attempts of two weeks of outage come at the published times, and the last ones close to the end', async () => {
  const { id } = await stack.connect('laddered', { start: false });
  const { refreshAt, expiresAt } = await stack.row(id);
  stack.simulator.clock.advance(refreshAt! - stack.simulator.clock.now());
  stack.simulator.addFault({ match: { path: '/refresh_access_token' }, status: 503 });
  const waits: { ms: number; leftMs: number }[] = [];
  for (;;) {
    const now = stack.simulator.clock.now();
    if (now >= expiresAt!) break;
    await refresh(id);
    const { nextAttemptAt } = await stack.row(id);
    waits.push({ ms: nextAttemptAt! - now, leftMs: expiresAt! - now });
    stack.simulator.clock.advance(Math.max(1, nextAttemptAt! - stack.simulator.clock.now()));
  }
  const published = [1, 2, 5, 10, 20, 30, 60, 120, 180, 360];
  expect(waits.length).toBeGreaterThan(60);
  for (const [n, { ms, leftMs }] of waits.entries()) {
    const usual = published[Math.min(n, published.length - 1)]! * MINUTE_MS;
    // ±10 %, never longer than an eighth of what is left, never under a minute.
    const most = Math.max(MINUTE_MS, Math.min(usual * 1.1, leftMs / 8));
    const least = Math.max(MINUTE_MS, Math.min(usual * 0.9, leftMs / 8));
    expect(ms).toBeLessThanOrEqual(most + 1_000);
    expect(ms).toBeGreaterThanOrEqual(least - 1_000);
  }
  expect(waits.at(-1)!.leftMs).toBeLessThan(10 * MINUTE_MS);
  expect(await stack.row(id)).toMatchObject({ state: 'refreshing', failedAttempts: waits.length });
});

test('one failure delays a refresh by a minute, and reports nothing', async () => {
  const { id } = await stack.connect('blip', { start: false });
  const { refreshAt } = await stack.row(id);
  stack.simulator.clock.advance(refreshAt! - stack.simulator.clock.now());
  stack.simulator.addFault({ match: { path: '/refresh_access_token' }, times: 1, status: 500 });
  expect((await refresh(id)).outcome).toBe('refresh_failed');
  stack.simulator.clock.advance(70_000);
  expect((await refresh(id)).outcome).toBe('refreshed');
  expect(await stack.events(id)).toEqual(['integration.connected', 'token.refreshed']);
});

test('while the database is away Instagram is asked for nothing', async () => {
  const { id } = await stack.connect('unreachable', { start: false });
  stack.simulator.clock.advance(50 * DAY_MS);
  const path = await openDatabasePath(stack.databaseUrl);
  const pool = createPool(path.url);
  path.refuse();
  const before = stack.refreshCalls('unreachable');
  const target = { integrationId: id, version: 1, asked: true };
  await expect(refreshToken({ ...stack.deps, pool }, target)).rejects.toMatchObject({
    type: 'StoreUnavailable',
  });
  expect(stack.refreshCalls('unreachable')).toBe(before);
  await pool.end();
  await path.close();
});

test('a lifecycle that begins again does not try before the instant in its row', async () => {
  const { id } = await stack.connect('patient', { start: false });
  const { refreshAt } = await stack.row(id);
  stack.simulator.clock.advance(refreshAt! - stack.simulator.clock.now());
  stack.simulator.addFault({ match: { path: '/refresh_access_token' }, status: 503 });
  for (let n = 0; n < 7; n++) {
    await refresh(id);
    stack.simulator.clock.advance((await stack.row(id)).nextAttemptAt! - stack.simulator.clock.now());
  }
  await refresh(id);
  const before = stack.refreshCalls('patient');
  const { nextAttemptAt } = await stack.row(id);
  expect(nextAttemptAt! - stack.simulator.clock.now()).toBeGreaterThan(HOUR_MS);
  // A restart, an upgrade, a rebuild: whatever asks again is told that nothing is due.
  for (let n = 0; n < 5; n++) expect((await refresh(id)).outcome).toBe('not_due');
  expect(stack.refreshCalls('patient')).toBe(before);
});

test('a token that a killed worker stored is put to use by the audit, though no refresh is due', async () => {
  stack.simulator.setMode({ refreshReturns: 'new_old_dead' });
  const { id } = await stack.connect('stuck', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const killed = {
    ...stack.deps,
    instagram: { ...stack.deps.instagram, probe: () => Promise.reject(new Error('killed')) },
  };
  await refreshToken(killed, { integrationId: id, version: 1, asked: true }).catch(() => undefined);
  expect((await stack.row(id)).version).toBe(1);
  expect((await auditFleet(stack.deps)).settled).toBe(0);
  const before = stack.refreshCalls('stuck');
  await stack.pool.query(
    "update token_versions set created_at = created_at - interval '11 minutes' where integration_id = $1",
    [id],
  );
  expect((await auditFleet(stack.deps)).settled).toBe(1);
  expect(await stack.row(id)).toMatchObject({ state: 'active', version: 2 });
  const { token } = await usableToken(stack.pool, stack.deps.sealer, id, stack.simulator.clock.now());
  await expect(stack.instagram.probe(token)).resolves.toBeDefined();
  expect(stack.refreshCalls('stuck')).toBe(before);
});
