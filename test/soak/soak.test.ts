import { createHash } from 'node:crypto';
import { type PoolClient } from 'pg';
import { createTestDatabase } from '../support/database';
import { Checker } from './checker/checker';
import { type Invariant } from './checker/findings';
import { type Call, type Entry } from './journal';
import { type Outcome, type SimulationOptions, type World, simulate } from './simulation';

async function simulated(options: Omit<SimulationOptions, 'databaseUrl'>): Promise<Outcome> {
  const database = await createTestDatabase();
  try {
    return await simulate({ ...options, databaseUrl: database.url });
  } finally {
    await database.drop();
  }
}

test('fifty connections live through 120 days of bad luck', async () => {
  const { day, refreshes, faults, kills, findings, entries } = await simulated({
    seed: 7,
    connections: 50,
    days: 120,
  });
  expect(findings.violations).toEqual([]);
  expect(day).toBe(120);
  expect(findings.expired.false).toBe(0);
  // Enough happened for that to mean something.
  expect(refreshes).toBeGreaterThan(50);
  expect(faults).toBeGreaterThan(20);
  expect(kills).toBeGreaterThan(20);
  const happened = new Set(entries.map((entry) => ('what' in entry ? entry.what : entry.kind)));
  for (const kind of [
    'provider_down',
    'temporal_down',
    'workers_down',
    'database_down',
    'invalidated',
    'reconnected',
  ])
    expect(happened).toContain(kind);
});

test('the same seed gives the same days', async () => {
  const digest = async (seed: number) => {
    const { entries } = await simulated({ seed, connections: 5, days: 40 });
    return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
  };
  const first = await digest(3);
  expect(await digest(3)).toBe(first);
  expect(await digest(4)).not.toBe(first);
});

describe('the checker notices', () => {
  /** Each tampering is looked at and undone, on the data of one simulation. */
  const seen = new Map<string, Invariant[]>();

  interface Tampering {
    sql?: string;
    entries?: (world: World) => Entry[];
    plans?: (world: World) => World['plans'];
    finds: Invariant[];
  }
  const HEALTHY = `id = (
    select id from integrations where state = 'active' and not paused
      and updated_at < (select max(at) from events) - interval '1 day' order by id limit 1)`;
  /** Events of expiries of one healthy connection, some hours after its last change. */
  const falseExpiries = (count: number, relayedAt: string) =>
    `insert into events (id, type, at, integration_id, data, relayed_at)
     select 'evt_false' || n, 'integration.expired', updated_at + n * interval '1 hour', id,
       jsonb_build_object('reason', 'invalidated', 'expiresAt',
         to_char(expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')), ${relayedAt}
     from integrations cross join generate_series(1, ${count}) n where ${HEALTHY}`;
  const TAMPERINGS: Record<string, Tampering> = {
    'nothing, where nothing is wrong': { finds: [] },
    'a row that is expired while its token is valid': {
      sql: `update integrations set state = 'expired', reason = 'invalidated' where ${HEALTHY}`,
      finds: ['I1', 'I4', 'I5'],
    },
    'an expiry that was reported while the token is valid': { sql: falseExpiries(1, 'null'), finds: ['I1'] },
    'a refreshed token that is nowhere': {
      sql: `with refreshed as (delete from events where type = 'token.refreshed') delete from token_versions`,
      finds: ['I1'],
    },
    'two refreshes at a time': { entries: withSecondRefresh, finds: ['I2'] },
    'a plain token in a table': {
      sql: `update integrations set username = 'IGAA' || repeat('x', 170) where ${HEALTHY}`,
      finds: ['I3'],
    },
    'a plain token among sealed bytes': {
      sql: `update token_versions set sealed = convert_to('IGAA' || repeat('x', 170), 'utf8')`,
      finds: ['I3'],
    },
    'a plain token in a payload': {
      entries: ({ entries, now }) => [
        { kind: 'leak', at: now - 600_000, where: 'result of refreshToken' },
        ...entries,
      ],
      finds: ['I3'],
    },
    'an expiry that was reported twice': { sql: falseExpiries(2, 'null'), finds: ['I1', 'I4'] },
    'an expiry without a notice': { sql: falseExpiries(1, 'updated_at'), finds: ['I1', 'I4'] },
    'a row without a next instant': {
      sql: `update integrations set refresh_at = null where ${HEALTHY}`,
      finds: ['I5'],
    },
    'a row that is overdue': {
      sql: `update integrations set refresh_at = updated_at where ${HEALTHY}`,
      finds: ['I5'],
    },
    'rows without a run': { plans: () => new Map(), finds: ['I5'] },
    'runs that sleep for ever': {
      plans: ({ plans }) => new Map([...plans.keys()].map((id) => [id, { wakesAt: null, isBusy: false }])),
      finds: ['I5'],
    },
  };

  beforeAll(async () => {
    const atEnd = async (world: World) => {
      for (const [name, tampering] of Object.entries(TAMPERINGS))
        seen.set(name, await look(world, tampering));
    };
    const outcome = await simulated({ seed: 5, connections: 10, days: 64, atEnd });
    expect(outcome.findings.violations).toEqual([]);
  });

  async function look(world: World, { sql, entries, plans }: Tampering): Promise<Invariant[]> {
    const db: PoolClient = await world.db.connect();
    try {
      await db.query('begin');
      if (sql && !(await db.query(sql)).rowCount) throw new Error(`nothing to tamper with: ${sql}`);
      const checker = new Checker(db, entries?.(world) ?? world.entries, () => plans?.(world) ?? world.plans);
      await checker.check(world.now, { isLast: true });
      return [...new Set(checker.findings.violations.map(({ invariant }) => invariant))].sort();
    } finally {
      await db.query('rollback');
      db.release();
    }
  }

  test.each(Object.entries(TAMPERINGS))('%s', (name, { finds }) => expect(seen.get(name)).toEqual(finds));
});

/** Somebody else refreshes the same account while a refresh is under way. */
function withSecondRefresh({ entries }: World): Entry[] {
  const isRefresh = (entry: Entry): entry is Call & { endedAt: number } =>
    entry.kind === 'call' && entry.path === '/refresh_access_token' && entry.endedAt !== null;
  const at = entries.findIndex(isRefresh);
  const first = entries[at] as Call;
  return [...entries.slice(0, at + 1), { ...first, at: first.at + 1, gave: null }, ...entries.slice(at + 1)];
}
