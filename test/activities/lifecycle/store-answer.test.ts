import { ActivityCancellationDetails } from '@temporalio/common';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { refreshToken } from '../../../activities/lifecycle/refresh-token';
import { storeSpooledAnswers } from '../../../activities/lifecycle/store-answer';
import { type Deps } from '../../../activities/deps';
import { createPool } from '../../../adapters/postgres/pool';
import { ATTEMPT_LEASE_MS } from '../../../adapters/postgres/tokens/refresh-attempts';
import { openSpool } from '../../../adapters/spool';
import { DAY_MS } from '../../../core/time';
import { usableToken } from '../../../services/usable-token';
import { type DatabasePath, openDatabasePath } from '../../support/database-path';
import { type Stack, grant, startStack } from '../../support/stack';
import { temporaryFolder } from '../../support/temporary-folder';
import { until } from '../../support/until';

let stack: Stack;
let path: DatabasePath;
let pool: Deps['pool'];
beforeAll(async () => {
  stack = await startStack({ workers: false });
  path = await openDatabasePath(stack.databaseUrl);
  pool = createPool(path.url);
});
afterAll(async () => {
  await pool.end();
  await path.close();
  await stack.stop();
});
afterEach(() => path.restore());

/** The same deployment behind the path, whose database goes away the moment Instagram has answered a refresh. */
function behindPath(): Deps {
  const instagram: Deps['instagram'] = {
    ...stack.deps.instagram,
    refreshToken: async (token) => {
      const answer = await stack.deps.instagram.refreshToken(token);
      path.refuse();
      return answer;
    },
  };
  return { ...stack.deps, pool, instagram };
}

test('an answer that exists once is stored however long the database refuses connections', async () => {
  stack.simulator.setMode({ refreshReturns: 'new_old_dead' });
  const { id } = await stack.connect('failover', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const deps = behindPath();
  const before = path.refusals();
  const refreshing = refreshToken(deps, { integrationId: id, version: 1, asked: true });
  refreshing.catch(() => undefined);
  await until(() => path.refusals() - before >= 12, { timeoutMs: 60_000, what: 'twelve refusals' });
  path.restore();
  expect((await refreshing).outcome).toBe('refreshed');
  const { token, version } = await usableToken(
    stack.pool,
    stack.deps.sealer,
    id,
    stack.simulator.clock.now(),
  );
  expect(version).toBe(2);
  await expect(stack.instagram.probe(token)).resolves.toMatchObject({ username: 'failover' });
});

test('while an answer is being stored, nothing else asks Instagram for that account', async () => {
  const { id } = await stack.connect('twice', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const refreshing = refreshToken(behindPath(), { integrationId: id, version: 1, asked: true });
  const before = path.refusals();
  await until(() => path.refusals() > before);
  // Past the lease of the attempt, which alone would hold a second one back.
  stack.simulator.clock.advance(2 * ATTEMPT_LEASE_MS);
  const again = await refreshToken(stack.deps, { integrationId: id, version: 1, asked: true });
  expect(again.outcome).toBe('refresh_failed');
  expect(stack.refreshCalls('twice')).toBe(1);
  path.restore();
  expect((await refreshing).outcome).toBe('refreshed');
});

test('an owner who reconnects meanwhile wins, and the answer is dropped', async () => {
  const connected = await stack.connect('overtaken', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const refreshing = refreshToken(behindPath(), { integrationId: connected.id, version: 1, asked: true });
  const before = path.refusals();
  await until(() => path.refusals() > before);
  await grant(stack.deps, await stack.row(connected.id), 'overtaken', stack.simulator);
  path.restore();
  expect((await refreshing).outcome).toBe('moved_on');
  expect(await stack.row(connected.id)).toMatchObject({ state: 'active', version: 2, grantNo: 2 });
});

test('an answer whose number was taken is stored under the next one', async () => {
  const { id } = await stack.connect('renumbered', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const refreshing = refreshToken(behindPath(), { integrationId: id, version: 1, asked: true });
  const before = path.refusals();
  await until(() => path.refusals() > before);
  await stack.pool.query('update integrations set last_version = last_version + 1 where id = $1', [id]);
  path.restore();
  expect((await refreshing).outcome).toBe('refreshed');
  expect((await stack.row(id)).version).toBe(3);
});

test('a database that fails just as the taken number is looked up loses nothing', async () => {
  const { id } = await stack.connect('flickering', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  let failures = 0;
  const instagram: Deps['instagram'] = {
    ...stack.deps.instagram,
    refreshToken: async (token) => {
      const answer = await stack.deps.instagram.refreshToken(token);
      await stack.pool.query('update integrations set last_version = last_version + 1 where id = $1', [id]);
      failures = 1;
      return answer;
    },
  };
  const flickering = new Proxy(stack.pool, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value;
      return (text: string, values?: unknown[]) =>
        failures-- > 0 ? Promise.reject(new Error('Connection terminated')) : target.query(text, values);
    },
  });
  const deps = { ...stack.deps, instagram, pool: flickering };
  const { outcome } = await refreshToken(deps, { integrationId: id, version: 1, asked: true });
  expect(outcome).toBe('refreshed');
  expect((await stack.row(id)).version).toBe(3);
});

describe('with a spool directory', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  const spooled = () => readdirSync(folder).filter((name) => name.endsWith('.json'));

  test('a worker that must end leaves a sealed copy, and any other one stores it before anything else', async () => {
    stack.simulator.setMode({ refreshReturns: 'new_old_dead' });
    const { id } = await stack.connect('evicted', { start: false });
    stack.simulator.clock.advance(2 * DAY_MS);
    const spool = openSpool(folder);
    const worker = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const target = { integrationId: id, version: 1, asked: true };
    const ended = worker.run(() => refreshToken({ ...behindPath(), spool }, target));
    ended.catch(() => undefined);
    await until(() => spooled().length === 1);
    worker.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(ended).rejects.toMatchObject({ type: 'StoreUnavailable' });

    const text = readFileSync(join(folder, spooled()[0]!), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ row: { id, version: 1 }, keyId: 'test' });
    expect(text).not.toMatch(/IGAA|IGQ/);
    path.restore();
    const next = { ...stack.deps, spool: openSpool(folder) };
    expect(await storeSpooledAnswers(next)).toBe(1);
    expect(spooled()).toEqual([]);
    expect(await stack.row(id)).toMatchObject({ state: 'active', version: 2 });
    expect(await storeSpooledAnswers(next)).toBe(0);
  });

  test('a copy is removed once the answer is stored', async () => {
    const { id } = await stack.connect('brief', { start: false });
    stack.simulator.clock.advance(2 * DAY_MS);
    const deps = { ...behindPath(), spool: openSpool(folder) };
    const refreshing = refreshToken(deps, { integrationId: id, version: 1, asked: true });
    await until(() => spooled().length === 1);
    path.restore();
    expect((await refreshing).outcome).toBe('refreshed');
    expect(spooled()).toEqual([]);
  });

  test('a copy that a newer grant made useless is dropped', async () => {
    const { id } = await stack.connect('stale', { start: false });
    stack.simulator.clock.advance(2 * DAY_MS);
    const worker = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const deps = { ...behindPath(), spool: openSpool(folder) };
    const ended = worker.run(() => refreshToken(deps, { integrationId: id, version: 1, asked: true }));
    ended.catch(() => undefined);
    await until(() => spooled().length === 1);
    worker.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    await expect(ended).rejects.toBeDefined();
    path.restore();
    await grant(stack.deps, await stack.row(id), 'stale', stack.simulator);
    expect(await storeSpooledAnswers({ ...stack.deps, spool: openSpool(folder) })).toBe(0);
    expect(spooled()).toEqual([]);
    expect(await stack.row(id)).toMatchObject({ version: 2, grantNo: 2 });
  });
});
