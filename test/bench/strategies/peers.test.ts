import {
  type CreateStrategy,
  type Product,
  type Row,
  type Strategy,
} from '../../../bench/strategies/peers/product';
import { PEERS } from '../../../bench/strategies/peers/index';
import { type Answer } from '../../../bench/strategies/world/provider-call';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/time';

const LIFE_MS = 60 * DAY_MS;
const works: Answer = { status: 200, body: { access_token: 'new', expires_in: 5_184_000 } };
const refused: Answer = { status: 400, body: { error: { code: 190 } } };
const broken: Answer = { status: 500, body: { error: { code: 2 } } };
const silent: Answer = { status: null, body: null };

/** A strategy with one connection, connected at 0, in a world where each step is taken by hand. */
function run(create: CreateStrategy, answers: Answer[] = [], lifeMs = LIFE_MS) {
  const did: string[] = [];
  const timers: { at: number; work: (product: Product) => Promise<void> }[] = [];
  const nights: ((product: Product) => Promise<void>)[] = [];
  let now = 0;
  const product: Product = {
    now: () => now,
    rows: () => [row],
    refresh: () => Promise.resolve(answers.shift() ?? works).finally(() => did.push('refresh')),
    probe: () => Promise.resolve(works),
    save: (one, token, expiresAt) => void Object.assign(one, { token, expiresAt, updatedAt: now }),
    askToReconnect: (one) => void (one.needsReconnect = did.push('ask') > 0),
    showAsConnected: (one) => void (one.needsReconnect = did.push('show') < 0),
    notify: () => void did.push('notify'),
  };
  const strategy: Strategy = create({
    everyDay: (_, work) => void nights.push(work),
    at: (at, work) => void timers.push({ at, work }),
  });
  const row: Row = {
    ...{ account: 'a', token: 'old', needsReconnect: false, updatedAt: 0 },
    expiresAt: strategy.expiresAt?.(0, lifeMs) ?? lifeMs,
  };
  strategy.begin?.();
  strategy.connected?.(row);
  return {
    row,
    did,
    timers,
    stops: strategy.stops ?? false,
    night: async (at: number) => {
      now = at;
      for (const work of nights) await work(product);
    },
    /** Runs the timer that was set last. */
    timer: async () => {
      const { at, work } = timers.at(-1)!;
      now = at;
      await work(product);
    },
    /** @returns whether the use goes on */
    use: async (at: number) => {
      now = at;
      return (await strategy.beforeUse?.(product, row).catch(() => false)) !== false;
    },
    /** @returns whether the call is made once more */
    refused: async (at: number) => {
      now = at;
      return (await strategy.refused?.(product, row)) ?? false;
    },
  };
}

describe.each([7, 14] as const)('a cron at %i days', (days) => {
  const cron = PEERS[`cron at ${days} days`];
  const early = LIFE_MS - (days + 1) * DAY_MS;
  const due = LIFE_MS - days * DAY_MS;

  test('refreshes in its window, each night until it works', async () => {
    const { night, row, did } = run(cron, [broken, silent]);
    await night(early);
    expect(did).toEqual([]);
    for (const later of [0, 1, 2, 3]) await night(due + later * DAY_MS);
    expect(did).toEqual(['refresh', 'refresh', 'refresh']);
    expect(row).toMatchObject({ token: 'new', needsReconnect: false });
  });

  test('asks for a reconnect once the token ran out, and after a refused call that no refresh cures', async () => {
    const late = run(cron);
    await late.night(LIFE_MS);
    expect(late.did).toEqual(['ask']);
    const cured = run(cron);
    expect(await cured.refused(DAY_MS)).toBe(true);
    const dead = run(cron, [refused]);
    expect(await dead.refused(DAY_MS)).toBe(false);
    expect(dead.did).toEqual(['refresh', 'ask']);
    expect(dead.stops).toBe(true);
  });
});

describe('Postiz', () => {
  const postiz = PEERS['at stored expiry (Postiz)'];

  test('refreshes once at 58 days, whatever Instagram says, and goes on from there', async () => {
    const { timer, timers, did, row } = run(postiz);
    expect(timers[0]?.at).toBe(58 * DAY_MS);
    await timer();
    expect(did).toEqual(['refresh']);
    expect(row.expiresAt).toBe(116 * DAY_MS);
    expect(timers.at(-1)?.at).toBe(116 * DAY_MS);
  });

  test('ends without a sound when there is no answer in JSON', async () => {
    const { timer, timers, did } = run(postiz, [silent]);
    await timer();
    expect([did, timers.length]).toEqual([['refresh'], 1]);
  });

  test('takes any answer without a token for the end, and says so twice', async () => {
    const { timer, did, row, stops } = run(postiz, [broken]);
    await timer();
    expect(did).toEqual(['refresh', 'ask', 'notify', 'notify']);
    expect([row.needsReconnect, stops]).toEqual([true, true]);
  });

  test('refreshes for a refused post, and for one after the stored expiry', async () => {
    const post = run(postiz, [works, silent]);
    expect(await post.refused(DAY_MS)).toBe(true);
    post.row.expiresAt = 0;
    expect(await post.use(59 * DAY_MS)).toBe(false);
    expect(post.did).toEqual(['refresh', 'refresh']);
  });
});

describe('Chatwoot', () => {
  const chatwoot = PEERS['on use within 10 days (Chatwoot)'];

  test('refreshes on use within ten days, not sooner than a day after the last change', async () => {
    const { use, did, row } = run(chatwoot, [broken]);
    await use(49 * DAY_MS);
    expect(did).toEqual([]);
    expect(await use(51 * DAY_MS)).toBe(false);
    row.updatedAt = 51 * DAY_MS;
    expect(await use(51.5 * DAY_MS)).toBe(true);
    expect(await use(53 * DAY_MS)).toBe(true);
    expect([did, row.token]).toEqual([['refresh', 'refresh'], 'new']);
  });

  test('asks at the second refused call, once, and goes on using the token', async () => {
    const { refused: refusedAt, did, stops } = run(chatwoot);
    for (const hour of [1, 2, 3]) expect(await refusedAt(hour * HOUR_MS)).toBe(false);
    expect(did).toEqual(['ask', 'notify']);
    expect(stops).toBe(false);
  });
});

test('Nango refreshes when it is forced, tells each failure, and not within 30 seconds of another', async () => {
  const { use, refused: refusedAt, did, row } = run(PEERS['forced only (Nango)'], [refused, broken]);
  await use(59.9 * DAY_MS);
  expect(did).toEqual([]);
  expect(await refusedAt(DAY_MS)).toBe(false);
  expect(await refusedAt(DAY_MS + 29 * SECOND_MS)).toBe(false);
  expect(did).toEqual(['refresh', 'ask', 'notify']);
  expect(await refusedAt(DAY_MS + 31 * SECOND_MS)).toBe(false);
  expect(await refusedAt(DAY_MS + MINUTE_MS + 2 * SECOND_MS)).toBe(true);
  expect(did).toEqual(['refresh', 'ask', 'notify', 'refresh', 'ask', 'notify', 'refresh', 'show']);
  expect(row.needsReconnect).toBe(false);
});

describe('Sim', () => {
  const sim = PEERS['on use within 14 days (Sim)'];

  test('refreshes on use within fourteen days, and uses the valid token when that fails', async () => {
    const { use, did, row } = run(sim, [broken]);
    await use(45 * DAY_MS);
    expect(did).toEqual([]);
    expect(await use(47 * DAY_MS)).toBe(true);
    expect([did, row.token]).toEqual([['refresh'], 'old']);
    expect(await use(48 * DAY_MS)).toBe(true);
    expect(row.token).toBe('new');
  });

  test('rests for an hour after a final refusal, and asks nobody', async () => {
    const { use, did } = run(sim, [refused, refused]);
    for (const at of [0, 30, 61]) expect(await use(61 * DAY_MS + at * MINUTE_MS)).toBe(false);
    expect(did).toEqual(['refresh', 'refresh']);
  });
});

test('n8n refreshes after a refused call alone, and repeats it when that worked', async () => {
  const { use, refused: refusedAt, did } = run(PEERS['on 401 (n8n)'], [broken]);
  await use(59.9 * DAY_MS);
  expect(did).toEqual([]);
  expect(await refusedAt(DAY_MS)).toBe(false);
  expect(await refusedAt(DAY_MS)).toBe(true);
  expect(did).toEqual(['refresh', 'refresh']);
});

describe('the vault plugin', () => {
  const vault = PEERS['poll all (vault plugin)'];

  test('refreshes in the first whole minute with 72 seconds left or less, and every minute until it works', async () => {
    const { timers, timer, did, row } = run(vault, [broken], 3 * HOUR_MS + 30 * SECOND_MS);
    expect(timers.map(({ at }) => at)).toEqual([3 * HOUR_MS - 0 * MINUTE_MS]);
    await timer();
    expect(timers.at(-1)?.at).toBe(3 * HOUR_MS + MINUTE_MS);
    await timer();
    expect([did, row.token]).toEqual([['refresh'], 'old']);
  });

  test('stops at a final refusal, and hands out nothing after the expiry', async () => {
    const { timers, timer, did, use } = run(vault, [refused]);
    await timer();
    expect([did, timers.length]).toEqual([['refresh'], 1]);
    expect(await use(LIFE_MS - 1)).toBe(true);
    expect(await use(LIFE_MS)).toBe(false);
  });
});

test.each(Object.entries(PEERS))(
  '%s asks Instagram nothing about a young token in use',
  async (_, create) => {
    const { use, night, did } = run(create);
    await use(DAY_MS);
    await night(2 * DAY_MS);
    expect(did).toEqual([]);
  },
);
