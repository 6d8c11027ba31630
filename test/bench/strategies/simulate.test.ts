import { PEERS } from '../../../bench/strategies/peers/index';
import { type CreateStrategy } from '../../../bench/strategies/peers/product';
import { scoreOf } from '../../../bench/strategies/score/score';
import { type Entrant, type Year, simulate } from '../../../bench/strategies/simulate';
import { tableOf } from '../../../bench/strategies/table';
import { luckByInstant } from '../../../bench/strategies/world/luck';
import { createTestDatabase } from '../../support/database';

const YEAR = { seed: 2, connections: 6, days: 40 };

/** What no contestant can change; an owner who is told what to do may do it sooner. */
const worldOf = ({ entries }: Year) =>
  entries.filter(({ kind }) => !['call', 'killed', 'started', 'restored'].includes(kind));

async function withEvergrant<T>(look: (entrant: Entrant) => Promise<T>): Promise<T> {
  const { url: databaseUrl, drop } = await createTestDatabase();
  try {
    return await look({ databaseUrl });
  } finally {
    await drop();
  }
}

test('all live in one world, and each is scored', async () => {
  const years = new Map<string, Year>();
  for (const [name, peer] of Object.entries(PEERS)) years.set(name, await simulate(peer, YEAR));
  years.set('Evergrant', await withEvergrant((entrant) => simulate(entrant, YEAR)));
  const worlds = new Set([...years.values()].map((year) => JSON.stringify(worldOf(year))));
  expect(years.size).toBe(9);
  expect(worlds.size).toBe(1);
  const results = [...years].map(([name, year]) => ({ name, score: scoreOf(year) }));
  for (const { name, score } of results) {
    expect([name, score.grants.granted >= YEAR.connections, score.uses.ok > 20]).toEqual([name, true, true]);
    expect(score.lostWhileRefreshable).toBe(0);
  }
  expect(results.at(-1)?.score.falseReconnectRequests).toBe(0);
  expect(tableOf(results).split('\n')).toHaveLength(10);
});

test('the same seed gives the same year, whoever lives in it', async () => {
  const first = await simulate(PEERS['cron at 14 days'], YEAR);
  expect(await simulate(PEERS['cron at 14 days'], YEAR)).toEqual(first);
  const other = await simulate(PEERS['cron at 14 days'], { ...YEAR, seed: 3 });
  expect(worldOf(other)).not.toEqual(worldOf(first));
});

test('a strategy that never refreshes loses what its owners do not end', async () => {
  const never: CreateStrategy = () => ({});
  const score = scoreOf(await simulate(never, { seed: 2, connections: 6, days: 130 }));
  const { granted, lost, endedByOwner } = score.grants;
  expect(score.refreshes).toBe(0);
  expect(lost).toBeGreaterThan(3);
  // The others are younger than a token lives.
  expect(granted - lost - endedByOwner).toBeLessThanOrEqual(6);
  expect(score.alive).toBeLessThan(0.97);
});

test('a strategy that asks at the first failure asks owners whose grants are alive', async () => {
  const hasty: CreateStrategy = (background) => ({
    begin: () =>
      background.everyDay(12, async (product) => {
        for (const row of product.rows())
          if ((await product.probe(row.token)).status !== 200) product.askToReconnect(row);
      }),
  });
  const { falseReconnectRequests } = scoreOf(await simulate(hasty, { seed: 2, connections: 6, days: 60 }));
  expect(falseReconnectRequests).toBeGreaterThan(3);
});

test('luck follows from account, kind of call and minute, and from nothing else', () => {
  const at = Date.UTC(2030, 5, 1, 12);
  const draw = (path: string, account: string, when: number, luck = luckByInstant(1)) =>
    luck.chance({ path, account, at: when }, 'fault').next();
  const used = luckByInstant(1);
  for (let i = 0; i < 10; i++) draw('/me', 'b', at + i, used);
  expect(draw('/me', 'a', at, used)).toBe(draw('/me', 'a', at + 59_999));
  expect(draw('/me', 'a', at)).not.toBe(draw('/me', 'a', at + 60_000));
  expect(draw('/me', 'a', at)).not.toBe(draw('/me', 'b', at));
  expect(draw('/me', 'a', at)).not.toBe(draw('/refresh_access_token', 'a', at));
  const paths = ['/me', '/refresh_access_token', '/me/conversations'];
  const falsely = paths.filter((path) => used.mayRefuseFalsely({ path, account: 'a', at }));
  expect(falsely).toHaveLength(1);
});
