import { type Pool } from 'pg';
import { type Deps } from '../../../activities/deps';
import { recoverToken } from '../../../activities/lifecycle/recover-token';
import { refreshToken } from '../../../activities/lifecycle/refresh-token';
import { type Instagram } from '../../../adapters/instagram/client';
import { disconnect } from '../../../adapters/postgres/integrations/disconnect';
import { usableToken } from '../../../services/usable-token';
import { ATTEMPT_LEASE_MS } from '../../../adapters/postgres/tokens/refresh-attempts';
import { DAY_MS, HOUR_MS } from '../../../core/time';
import { type Stack, grant, startStack } from '../../support/stack';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: false });
});
afterAll(() => stack.stop());

/** What a killed process leaves behind: nothing of it runs on, not even its error handling. */
class Killed extends Error {}

type Point = 'before the call' | 'after the call' | 'after pending' | 'after the probe' | 'during promotion';
const POINTS: Point[] = [
  'before the call',
  'after the call',
  'after pending',
  'after the probe',
  'during promotion',
];
const MODES = ['same', 'new_old_valid', 'new_old_dead'] as const;

function killedAt(point: Point, deps: Deps): Deps {
  const die = () => Promise.reject(new Killed());
  const instagram: Instagram = {
    ...deps.instagram,
    ...(point === 'before the call' && { refreshToken: die }),
    ...(point === 'after the call' && {
      refreshToken: async (token) => deps.instagram.refreshToken(token).then(die),
    }),
    ...(point === 'after pending' && { probe: die }),
    ...(point === 'after the probe' && { probe: async (token) => deps.instagram.probe(token).then(die) }),
  };
  return { ...deps, instagram, pool: point === 'during promotion' ? dyingPool(deps.pool) : deps.pool };
}

/** A pool whose connection is lost in the middle of the promotion. */
function dyingPool(pool: Pool): Pool {
  const connect = async () => {
    const client = await pool.connect();
    return new Proxy(client, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value;
        return (text: string, values?: unknown[]) =>
          /set stage = 'current'/.test(text) ? Promise.reject(new Killed()) : target.query(text, values);
      },
    });
  };
  return new Proxy(pool, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name === 'connect') return connect;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Acts as a lifecycle would after the crash, until it is decided. */
async function goOn(id: string): Promise<void> {
  for (let step = 0; step < 40; step++) {
    stack.simulator.clock.advance(HOUR_MS);
    const row = await stack.row(id);
    if (row.state === 'recovering')
      await recoverToken(stack.deps, { integrationId: id, version: row.version, rejection: null });
    else if (row.state !== 'expired' && row.version === 1)
      await refreshToken(stack.deps, { integrationId: id, version: 1, asked: true });
    else return;
  }
}

for (const mode of MODES) {
  for (const point of POINTS) {
    const lost = point === 'after the call' && mode === 'new_old_dead';
    const outcome = lost
      ? 'ends as response_lost, which it is'
      : 'ends with one promotion and a token that works';
    test(`a worker killed ${point}, Instagram answering ${mode}: ${outcome}`, async () => {
      const { id } = await stack.connect(`${mode}-${point}`.replaceAll(' ', '-'), { start: false });
      stack.simulator.clock.advance(2 * DAY_MS);
      stack.simulator.setMode({ refreshReturns: mode });
      await expect(
        refreshToken(killedAt(point, stack.deps), { integrationId: id, version: 1, asked: true }),
      ).rejects.toThrow();
      await goOn(id);

      const row = await stack.row(id);
      const { rows: stages } = await stack.pool.query(
        'select stage from token_versions where integration_id = $1 order by version',
        [id],
      );
      const refreshed = (await stack.events(id)).filter((type) => type === 'token.refreshed');
      if (lost) {
        expect(row).toMatchObject({ state: 'expired', reason: 'response_lost', version: 1 });
        expect(refreshed).toHaveLength(0);
        return;
      }
      expect(row).toMatchObject({ state: 'active', version: 2 });
      expect(refreshed).toHaveLength(1);
      expect(stages.map(({ stage }) => stage)).toEqual(['previous', 'current']);
      const { token } = await usableToken(stack.pool, stack.deps.sealer, id, stack.simulator.clock.now());
      await expect(stack.instagram.probe(token)).resolves.toMatchObject({ id: row.accountId });
    });
  }
}

test('a second attempt waits for the lease of one that may still bring an answer', async () => {
  const { id } = await stack.connect('leased', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  stack.simulator.setMode({ refreshReturns: 'new_old_valid' });
  await expect(
    refreshToken(killedAt('before the call', stack.deps), { integrationId: id, version: 1, asked: true }),
  ).rejects.toThrow();
  const before = stack.refreshCalls('leased');
  await refreshToken(stack.deps, { integrationId: id, version: 1, asked: true });
  expect(stack.refreshCalls('leased')).toBe(before);
  expect((await stack.row(id)).nextAttemptAt).toBeGreaterThan(
    stack.simulator.clock.now() + ATTEMPT_LEASE_MS / 2,
  );
});

test('a grant that arrives during a refresh wins, and what the refresh brings back is dropped', async () => {
  const { id } = await stack.connect('overtaken', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const slow: Deps = {
    ...stack.deps,
    instagram: {
      ...stack.deps.instagram,
      refreshToken: async (token) => {
        const answer = await stack.deps.instagram.refreshToken(token);
        await grant(stack.deps, await stack.row(id), 'overtaken', stack.simulator);
        return answer;
      },
    },
  };
  const result = await refreshToken(slow, { integrationId: id, version: 1, asked: true });
  expect(result.outcome).toBe('moved_on');
  expect(await stack.row(id)).toMatchObject({ state: 'active', version: 2, grantNo: 2 });
  const { rows } = await stack.pool.query(
    'select version, origin, stage from token_versions where integration_id = $1',
    [id],
  );
  expect(rows).toEqual([{ version: 2, origin: 'grant', stage: 'current' }]);
});

test('a disconnect during a refresh leaves no token behind', async () => {
  const { id } = await stack.connect('leaving', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const slow: Deps = {
    ...stack.deps,
    instagram: {
      ...stack.deps.instagram,
      refreshToken: async (token) => {
        const answer = await stack.deps.instagram.refreshToken(token);
        await disconnect(stack.pool, id, stack.simulator.clock.now());
        return answer;
      },
    },
  };
  await refreshToken(slow, { integrationId: id, version: 1, asked: true });
  expect((await stack.row(id)).state).toBe('disconnected');
  expect(
    (await stack.pool.query('select 1 from token_versions where integration_id = $1', [id])).rowCount,
  ).toBe(0);
});

test('an answer without a token, or that is not JSON, overwrites nothing', async () => {
  const { id } = await stack.connect('odd-answers', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  for (const body of [
    '',
    '<html>',
    '{"access_token":"","expires_in":5183944}',
    '{"expires_in":5183944}',
    '[]',
    'null',
    '{"access_token":7}',
  ]) {
    stack.simulator.addFault({ match: { path: '/refresh_access_token' }, times: 1, status: 200, body });
    const result = await refreshToken(stack.deps, { integrationId: id, version: 1, asked: true });
    expect(result.outcome).toBe('refresh_failed');
  }
  expect(await stack.row(id)).toMatchObject({ state: 'refreshing', version: 1, failedAttempts: 7 });
  const { token } = await usableToken(stack.pool, stack.deps.sealer, id, stack.simulator.clock.now());
  await expect(stack.instagram.probe(token)).resolves.toBeDefined();
});

test('a token of another account is never put to use', async () => {
  const { id } = await stack.connect('mine', { start: false });
  await stack.connect('theirs', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const foreign = stack.simulator.generateToken('theirs');
  const body = JSON.stringify({ access_token: foreign, token_type: 'bearer', expires_in: 5_184_000 });
  stack.simulator.addFault({ match: { path: '/refresh_access_token' }, times: 1, status: 200, body });
  await refreshToken(stack.deps, { integrationId: id, version: 1, asked: true });
  expect(await stack.row(id)).toMatchObject({
    version: 1,
    username: 'mine',
    lastError: { code: 'useless_answer' },
  });
});

test('one false alarm about a token just issued does not cost a second refresh', async () => {
  const { id } = await stack.connect('doubted', { start: false });
  stack.simulator.clock.advance(2 * DAY_MS);
  const since = stack.refreshCalls('doubted');
  // The new token is stored, and its first probe brings no clear answer.
  stack.simulator.addFault({ match: { path: '/me' }, times: 1, status: 503 });
  await refreshToken(stack.deps, { integrationId: id, version: 1, asked: true });
  stack.simulator.addFault({ match: { path: '/me' }, times: 1, status: 400, error: { code: 190 } });
  await refreshToken(stack.deps, { integrationId: id, version: 1, asked: true });
  expect(await stack.row(id)).toMatchObject({ state: 'active', version: 2 });
  expect(stack.refreshCalls('doubted') - since).toBe(1);
});
