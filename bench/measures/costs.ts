import { DAY_MS } from '../../core/time';
import { WITHOUT_LIMITS, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import { type Benchmark, type Figure, asleep, atOnce, rounded } from '../measure';
import { expectStatus, sender } from '../request';
import { actionsPerLifecycle } from '../temporal-actions';
import { usageOf, usedBy } from '../usage';

const SIZES = { full: 120, smoke: 3 };
const AT_ONCE = 4;

export const costs: Benchmark = {
  name: 'costs',
  about:
    'What one refresh and one recovery use: processor time by process, statements, rows and bytes written of PostgreSQL, and Temporal actions. Four at a time.',
  async run(size, progress) {
    const count = SIZES[size];
    const deployment = await startDeployment();
    try {
      const { pool, simulator } = deployment;
      await pool.query('create extension pg_stat_statements');
      const ids = await connectFleet(deployment, 3 * count, Date.now() - 2 * DAY_MS);
      const worker = await deployment.startWorker(WITHOUT_LIMITS);
      const api = await deployment.startApi(WITHOUT_LIMITS);
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
        const since = Date.now();
        await atOnce(chosen, AT_ONCE, async (id) => expectStatus(await act(id), 200));
        const usage = usageOf(before, await used(), count);
        const actions = await actionsPerLifecycle(deployment.client, chosen, since);
        const perOne = { what: 'Temporal actions', value: rounded(actions), unit: '' };
        for (const figure of [...usage, perOne]) figures.push({ ...figure, what: `${kind}: ${figure.what}` });
      }
      send.close();
      return figures;
    } finally {
      await deployment.stop();
    }
  },
};
