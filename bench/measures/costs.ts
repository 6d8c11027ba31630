import { DAY_MS } from '../../core/time';
import { type Deployment, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import { type Benchmark, type Figure, asleep, atOnce, rounded } from '../measure';
import { expectStatus, sender } from '../request';

const SIZES = { full: 120, smoke: 3 };
const AT_ONCE = 4;

/** What one kind of work has used of everything, before and after. */
interface Used {
  cpuMs: Record<string, number>;
  statements: number;
  rows: number;
  walBytes: number;
}

export const costs: Benchmark = {
  name: 'costs',
  about:
    'What one refresh and one recovery use: processor time by process, statements, rows and bytes written of PostgreSQL. Four at a time.',
  async run(size, progress) {
    const count = SIZES[size];
    const deployment = await startDeployment();
    try {
      const { pool, simulator } = deployment;
      await pool.query('create extension pg_stat_statements');
      const ids = await connectFleet(deployment, 3 * count, Date.now() - 2 * DAY_MS, () => undefined);
      const worker = await deployment.startWorker({ EVERGRANT_REFRESHES_PER_SECOND: '1000' });
      const api = await deployment.startApi({ EVERGRANT_REQUESTS_PER_MINUTE: '100000000' });
      await asleep(deployment, ids.length);
      const send = sender(api.url);
      const { rows } = await pool.query<{ id: string; username: string }>(
        'select id, username from integrations',
      );
      const usernames = new Map(rows.map(({ id, username }) => [id, username]));
      const kinds = {
        refresh: (id: string) => send('POST', `/v1/integrations/${id}/refresh`),
        recovery: async (id: string) => {
          const match = { account: usernames.get(id)! };
          await simulator.call('addFault', { match, times: 2, error: { code: 190 }, status: 400 });
          return send('GET', `/v1/integrations/${id}/conversations`);
        },
        'false alarm': (id: string) =>
          send('POST', `/v1/integrations/${id}/token-rejections`, { version: 1, code: 190 }),
      };
      const figures: Figure[] = [];
      for (const [n, [kind, act]] of Object.entries(kinds).entries()) {
        progress(kind);
        const chosen = ids.slice(n * count, (n + 1) * count);
        const used = () => usedBy(deployment, { worker, api });
        const before = await used();
        await atOnce(chosen, AT_ONCE, async (id) => expectStatus(await act(id), 200));
        figures.push(...figuresOf(kind, before, await used(), count));
      }
      send.close();
      return figures;
    } finally {
      await deployment.stop();
    }
  },
};

async function usedBy(
  { pool, serversCpuMs }: Deployment,
  processes: Record<string, { cpuMs(): number }>,
): Promise<Used> {
  const { rows } = await pool.query<{ statements: string; rows: string; wal: string }>(
    `select sum(calls) as statements, sum(rows) filter (where query !~* '^select') as rows,
       pg_current_wal_lsn() - '0/0' as wal from pg_stat_statements`,
  );
  const own = Object.entries(processes).map(([name, process]) => [name, process.cpuMs()]);
  return {
    cpuMs: { ...Object.fromEntries(own), ...serversCpuMs() },
    statements: Number(rows[0]!.statements),
    rows: Number(rows[0]!.rows),
    walBytes: Number(rows[0]!.wal),
  };
}

function figuresOf(kind: string, before: Used, after: Used, count: number): Figure[] {
  const per = (what: string, of: (used: Used) => number, unit: string): Figure => ({
    what: `${kind}: ${what}`,
    value: rounded((of(after) - of(before)) / count),
    unit,
  });
  const processes = Object.keys(after.cpuMs);
  return [
    per(
      'processor time, all processes',
      ({ cpuMs }) => Object.values(cpuMs).reduce((a, b) => a + b, 0),
      'ms',
    ),
    ...processes.map((name) => per(`processor time, ${name}`, ({ cpuMs }) => cpuMs[name]!, 'ms')),
    per('statements', ({ statements }) => statements, ''),
    per('rows written', ({ rows }) => rows, ''),
    per('bytes of write-ahead log', ({ walBytes }) => walBytes, 'bytes'),
  ];
}
