import { type BulkOperation } from '../../cli/http/answers';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time';
import { until } from '../../test/support/until';
import { type Deployment, WITHOUT_LIMITS, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import { type Benchmark, asleep, mostPerSecond, rounded } from '../measure';
import { expectStatus, sender } from '../request';

const SIZES = { full: 10_000, smoke: 6 };
const SPREAD_SECONDS = { full: 600, smoke: 6 };
const DONE_WITHIN_MS = HOUR_MS;
const PATH = '/v1/bulk-operations';

export const bulk: Benchmark = {
  name: 'bulk',
  isLong: true,
  about:
    'A bulk operation checks the whole fleet, spread over ten minutes. Meanwhile it is paused and resumed, and its worker is killed and replaced.',
  async run(size, progress) {
    const deployment = await startDeployment();
    try {
      const connections = SIZES[size];
      await connectFleet(deployment, connections, Date.now(), progress);
      const first = await deployment.startWorker();
      await asleep(deployment, connections, DONE_WITHIN_MS);
      const api = await deployment.startApi(WITHOUT_LIMITS);
      const send = sender(api.url);
      const since = await deployment.simulator.call('lastRequest');
      const startedAt = Date.now();
      const wanted = { action: 'recheck', filter: { all: true }, limit: connections };
      const begun = await send('POST', PATH, { ...wanted, spreadSeconds: SPREAD_SECONDS[size] });
      const { id } = expectStatus(begun, 202).body as BulkOperation;
      const look = async () => expectStatus(await send('GET', `${PATH}/${id}`), 200).body as BulkOperation;
      const reaches = (part: number) =>
        until(async () => (await look()).done >= connections * part, {
          ...{ timeoutMs: DONE_WITHIN_MS, everyMs: SECOND_MS, what: `${part} of all are checked` },
        });

      await reaches(0.25);
      progress('paused');
      expectStatus(await send('POST', `${PATH}/${id}/pause`), 200);
      const isStill = async () => {
        const { done } = await look();
        await new Promise((resolve) => setTimeout(resolve, SECOND_MS));
        return (await look()).done === done;
      };
      await until(isStill, { timeoutMs: MINUTE_MS });
      const pausedAt = (await look()).done;
      expectStatus(await send('POST', `${PATH}/${id}/resume`), 200);

      await reaches(0.5);
      progress('worker killed');
      await first.kill();
      const second = await deployment.startWorker();
      await reaches(1);
      const ended = await until(async () => {
        const operation = await look();
        return operation.state === 'finished' ? operation : null;
      });
      const ms = Date.now() - startedAt;
      const calls = (await deployment.simulator.call('requests', since)).filter(({ path }) =>
        path.endsWith('/me'),
      );
      const { most, least } = await checksOf(deployment, calls);
      send.close();
      await second.stop();
      return [
        { what: `${connections} connections, all checked`, value: rounded(ms / MINUTE_MS), unit: 'min' },
        { what: 'found valid', value: ended.outcomes.verified_ok ?? 0, unit: '' },
        { what: 'done when it was paused', value: pausedAt, unit: '' },
        {
          ...{ what: 'checks of one connection, at most', value: most, unit: '' },
          wanted: { is: 'at most', value: 1, of: 'value' },
        },
        {
          ...{ what: 'checks of one connection, at least', value: least, unit: '' },
          wanted: { is: 'at least', value: 1, of: 'value' },
        },
        { what: 'most calls of Instagram in one second', value: mostPerSecond(calls), unit: '' },
      ];
    } finally {
      await deployment.stop();
    }
  },
};

/** How often a connection was checked, by what Instagram was asked and by the events that report it. */
async function checksOf(
  { pool }: Deployment,
  calls: readonly { account: string | null }[],
): Promise<{ most: number; least: number }> {
  const { rows } = await pool.query<{ account_id: string; checks: number }>(
    `select i.account_id, count(e.id)::int as checks from integrations i
     left join events e on e.integration_id = i.id and e.type = 'integration.checked' group by 1`,
  );
  const asked = new Map<string, number>();
  for (const { account } of calls) asked.set(account ?? '', (asked.get(account ?? '') ?? 0) + 1);
  const counts = rows.flatMap(({ account_id: account, checks }) => [asked.get(account) ?? 0, checks]);
  return { most: Math.max(...counts), least: Math.min(...counts) };
}
