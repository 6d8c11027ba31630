import { setTimeout as pause } from 'node:timers/promises';
import { SECOND_MS } from '../../core/time';
import { type Deployment, WITHOUT_LIMITS, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import { type Benchmark, type Figure, type Size, asleep, rounded, sideBySide, timed } from '../measure';
import { expectStatus, sender } from '../request';

const SIZES = { full: [100, 1_000, 10_000, 50_000], smoke: [2, 4] };
const ROUNDS = { full: 40, smoke: 2 };
const STARTED_WITHIN_MS = 120 * 60 * SECOND_MS;
/** A statement may take some seconds. */
const COPIED_AT_ONCE = 1_000;
/** After its start a worker reads, compiles and checks: its memory is read once that is over. */
const SETTLED_MS = { full: 20 * SECOND_MS, smoke: 0 };

export const growth: Benchmark = {
  name: 'growth',
  isLong: true,
  about:
    'The same deployment with more and more sleeping connections, with Temporal’s own server on the same PostgreSQL: what they weigh, and what looks at all of them.',
  async run(size, progress) {
    const deployment = await startDeployment({ temporalOn: size === 'full' ? 'postgresql' : 'sqlite' });
    try {
      await connectFleet(deployment, 1, Date.now());
      const empty = await bytesOf(deployment);
      const figures: Figure[] = [];
      for (const connections of SIZES[size]) {
        progress(`${connections} connections`);
        await growTo(deployment, connections);
        const of = `${connections.toLocaleString('en')} connections`;
        for (const figure of await measure(deployment, connections, size)) figures.push({ of, ...figure });
        const bytes = await bytesOf(deployment);
        const kib = (what: 'Evergrant' | 'Temporal') => (bytes[what] - empty[what]) / connections / 1_024;
        figures.push(
          {
            of,
            what: 'a sleeping connection, in our database',
            value: rounded(kib('Evergrant')),
            unit: 'KiB',
          },
          { of, what: 'a sleeping connection, in Temporal’s', value: rounded(kib('Temporal')), unit: 'KiB' },
          {
            of,
            what: 'a sleeping connection, in both',
            value: rounded(kib('Evergrant') + kib('Temporal')),
            unit: 'KiB',
            wanted: { is: 'at most', value: 12, of: 'value' },
          },
        );
      }
      return figures;
    } finally {
      await deployment.stop();
    }
  },
};

async function measure(deployment: Deployment, connections: number, size: Size): Promise<Figure[]> {
  const first = await deployment.startWorker();
  const startedMs = await timed(() => asleep(deployment, connections, STARTED_WITHIN_MS));
  await first.stop();
  let worker = first;
  const readyMs = await timed(async () => (worker = await deployment.startWorker()));
  const auditMs = await timed(() => deployment.run(['audit', 'run']));
  await pause(SETTLED_MS[size]);
  const memory = worker.memoryMiB();
  const api = await deployment.startApi(WITHOUT_LIMITS);
  const send = sender(api.url);
  const get = async (path: string) => expectStatus(await send('GET', path), 200);
  const medians = await sideBySide(
    {
      page: () => get('/v1/integrations?limit=100'),
      expiring: () => get('/v1/integrations?expiringWithinDays=7'),
      fleet: () => get('/v1/fleet'),
    },
    { rounds: ROUNDS[size] },
  );
  const figures: Figure[] = [
    {
      what: 'lifecycles started from the database alone',
      value: rounded((connections * 1_000) / startedMs),
      unit: 'a second',
    },
    { what: 'start of a worker, until it is ready', value: rounded(readyMs / 1_000), unit: 's' },
    {
      what: 'memory of a worker',
      value: rounded(memory),
      unit: 'MiB',
      wanted: { is: 'at most', value: 250, of: 'value' },
    },
    { what: 'evergrant audit run', value: rounded(auditMs / 1_000), unit: 's' },
    { what: 'list of connections, a page, p50', value: rounded(medians.page), unit: 'ms' },
    {
      what: 'list of those that expire within 7 days, p50',
      value: rounded(medians.expiring),
      unit: 'ms',
    },
    { what: 'GET /v1/fleet, p50', value: rounded(medians.fleet), unit: 'ms' },
  ];
  send.close();
  await api.stop();
  await worker.stop();
  return figures;
}

/** Copies the first connection with its token and its event: a fleet of this size without as many logins. */
async function growTo({ pool }: Deployment, connections: number): Promise<void> {
  const { rows } = await pool.query<{ count: number }>('select count(*)::int from integrations');
  const copies = {
    integrations: `jsonb_build_object('id', 'int_bench' || n, 'account_id', 'bench' || n, 'username', 'shop.' || n,
      'lifecycle_revision', 0)`,
    token_versions: `jsonb_build_object('integration_id', 'int_bench' || n)`,
    events: `jsonb_build_object('id', 'evt_bench' || n, 'integration_id', 'int_bench' || n, 'seq', -n)`,
  };
  const first = 'select id from integrations order by created_at, id limit 1';
  for (let from = rows[0]!.count; from < connections; from += COPIED_AT_ONCE)
    for (const [table, changes] of Object.entries(copies))
      await pool.query(
        `insert into ${table} overriding system value
         select (jsonb_populate_record(null::${table}, to_jsonb(one) || ${changes})).*
         from ${table} one, generate_series($1::int, $2::int) n
         where one.${table === 'integrations' ? 'id' : 'integration_id'} = (${first})`,
        [from, Math.min(connections, from + COPIED_AT_ONCE) - 1],
      );
}

/** With PostgreSQL's own tables in them, which do not grow. */
async function bytesOf({ pool }: Deployment): Promise<{ Evergrant: number; Temporal: number }> {
  const { rows } = await pool.query<{ ours: string; theirs: string }>(
    `select pg_database_size(current_database()) as ours,
       (select sum(pg_database_size(datname)) from pg_database where datname like 'temporal%') as theirs
     from pg_stat_database limit 1`,
  );
  return { Evergrant: Number(rows[0]!.ours), Temporal: Number(rows[0]!.theirs) };
}
