import { statSync } from 'node:fs';
import { createLifecycles } from '../../services/lifecycles';
import { DAY_MS, SECOND_MS } from '../../core/time';
import { until } from '../../test/support/until';
import { type Deployment, WITHOUT_LIMITS } from '../deployment';
import { connectFleet } from '../fleet';
import { asleep, atOnce, percentile, rounded, timed, type Figure } from '../measure';
import { expectStatus, sender } from '../request';
import { type Contestant, EVERGRANT } from './contest';
import { AT_ONCE } from './token-job';

/** How much slower than the first lifecycles the others may start. */
const MARGIN = 1.6;

/** Evergrant as it is installed: one worker and PostgreSQL and Temporal. Only what is asked for over HTTP needs the API. */
export async function startEvergrant(
  deployment: Deployment,
  { connections, onRequest }: { connections: number; onRequest: number },
): Promise<Contestant & { refreshOnRequest(): Promise<Figure[]>; stop(): Promise<void> }> {
  const { pool, client, temporalFile } = deployment;
  const stored = async () => {
    const { rows } = await pool.query<{ bytes: string }>(
      'select pg_database_size(current_database()) as bytes',
    );
    return Number(rows[0]!.bytes) + statSync(temporalFile).size;
  };
  const before = await stored();
  const all = connections + onRequest;
  const ids = await connectFleet(deployment, all, Date.now() - 2 * DAY_MS);
  const worker = await deployment.startWorker(WITHOUT_LIMITS);
  const first = Math.min(all, Math.max(10, Math.ceil(all / 10)));
  const firstMs = await timed(() => asleep(deployment, first));
  const lifecycles = createLifecycles(client);
  const chosen = ids.slice(0, connections);
  return {
    name: EVERGRANT,
    msToSchedule: (MARGIN * firstMs) / first,
    /** Lifecycles that start from now on read their instant in the row; the first ones are told of it. */
    async schedule(instants) {
      await pool.query(
        `update integrations i set refresh_at = to_timestamp(job.at / 1000.0), revision = revision + 1
         from unnest($1::text[], $2::float8[]) as job (id, at) where i.id = job.id`,
        [chosen, instants],
      );
      const nobodyIsBehind = async () => {
        const { rows } = await pool.query<{ id: string; started: boolean }>(
          'select id, lifecycle_revision > 0 as started from integrations where lifecycle_revision < revision',
        );
        const started = rows.filter((row) => row.started);
        await atOnce(started, AT_ONCE, ({ id }) => lifecycles.rowChanged(id));
        return rows.length === 0;
      };
      await until(nobodyIsBehind, { timeoutMs: 1_800_000, everyMs: 2_000, what: 'all lifecycles sleep' });
    },
    async refreshed() {
      const { rows } = await pool.query<{ count: string }>(
        'select count(*) from integrations where token_version = 2 and id = any ($1)',
        [chosen],
      );
      return Number(rows[0]!.count);
    },
    cpuMs() {
      const { postgres, temporal } = deployment.serversCpuMs();
      return worker.cpuMs() + postgres + temporal;
    },
    keptBytes: async () => ((await stored()) - before) * (connections / all),
    /** The other connections, by `POST …/refresh`. */
    async refreshOnRequest() {
      const api = await deployment.startApi(WITHOUT_LIMITS);
      const send = sender(api.url);
      const used = () => {
        const { postgres, temporal } = deployment.serversCpuMs();
        return api.cpuMs() + worker.cpuMs() + postgres + temporal;
      };
      const cpuBefore = used();
      const { each, seconds } = await atOnce(ids.slice(connections), AT_ONCE, async (id) =>
        expectStatus(await send('POST', `/v1/integrations/${id}/refresh`), 200),
      );
      const cpuSeconds = (used() - cpuBefore) / SECOND_MS;
      send.close();
      await api.stop();
      const figure = (what: string, value: number, unit: string) => ({ what, value: rounded(value), unit });
      return [
        figure('refreshes on request, 30 at once', each.length / seconds, 'a second'),
        figure('processor time per 1,000 of those', (cpuSeconds * 1_000) / each.length, 's'),
        figure('answered, p99 of those', percentile(each, 99), 'ms'),
      ];
    },
    stop: () => worker.stop(),
  };
}
