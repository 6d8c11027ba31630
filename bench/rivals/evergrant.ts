import { statSync } from 'node:fs';
import { createLifecycles } from '../../services/lifecycles';
import { DAY_MS, SECOND_MS } from '../../core/time';
import { type Deployment } from '../deployment';
import { connectFleet } from '../fleet';
import { asleep, atOnce, percentile, rounded, timed, type Figure } from '../measure';
import { expectStatus, sender } from '../request';
import { type Contestant, EVERGRANT } from './contest';
import { AT_ONCE } from './token-job';

const FAST = { EVERGRANT_REFRESHES_PER_SECOND: '1000', EVERGRANT_REQUESTS_PER_MINUTE: '100000000' };

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
  const ids = await connectFleet(deployment, all, Date.now() - 2 * DAY_MS, () => undefined);
  const worker = await deployment.startWorker(FAST);
  const startedMs = await timed(() => asleep(deployment, all));
  // What sleeps now was woken once: it is measured as it is before it is told of another instant.
  const bytes = ((await stored()) - before) * (connections / all);
  const lifecycles = createLifecycles(client);
  const chosen = ids.slice(0, connections);
  return {
    name: EVERGRANT,
    msToSchedule: (2 * startedMs) / all,
    async schedule(instants) {
      await pool.query(
        `update integrations i set refresh_at = to_timestamp(job.at / 1000.0), revision = revision + 1
         from unnest($1::text[], $2::float8[]) as job (id, at) where i.id = job.id`,
        [chosen, instants],
      );
      await atOnce(chosen, AT_ONCE, (id) => lifecycles.rowChanged(id));
      await asleep(deployment, all);
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
    keptBytes: () => Promise.resolve(bytes),
    /** The other connections, by `POST …/refresh`. */
    async refreshOnRequest() {
      const api = await deployment.startApi(FAST);
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
