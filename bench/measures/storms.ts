import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/time';
import { until } from '../../test/support/until';
import { type Deployment, WITHOUT_LIMITS, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import { type Benchmark, type Figure, asleep, atOnce, percentile, rounded } from '../measure';
import { type Send, expectStatus, sender } from '../request';

const SIZES = { full: 10_000, smoke: 8 };
const AT_ONCE = 64;
const DONE_WITHIN_MS = 60 * MINUTE_MS;

export const storms: Benchmark = {
  name: 'storms',
  isLong: true,
  about:
    'Reports of refused tokens by the thousand, one API process, one worker: of one connection whose token is dead, and of as many connections that are all well.',
  async run(size, progress) {
    const connections = SIZES[size];
    const deployment = await startDeployment();
    try {
      const ids = await connectFleet(deployment, connections, Date.now() - 2 * DAY_MS, progress);
      const worker = await deployment.startWorker();
      const api = await deployment.startApi(WITHOUT_LIMITS);
      await asleep(deployment, connections, DONE_WITHIN_MS);
      const send = sender(api.url);
      progress('one version');
      const figures = await oneVersion(deployment, send, ids[0]!, connections);
      progress('all at once');
      figures.push(...(await allAtOnce(deployment, send, ids.slice(1))));
      send.close();
      const memory = rounded(worker.peakMemoryMiB());
      return [...figures, { what: 'peak memory of the worker', value: memory, unit: 'MiB' }];
    } finally {
      await deployment.stop();
    }
  },
};

async function oneVersion(
  { pool, simulator }: Deployment,
  send: Send,
  id: string,
  reports: number,
): Promise<Figure[]> {
  const { rows } = await pool.query<{ username: string }>('select username from integrations where id = $1', [
    id,
  ]);
  // The probe of the recovery meets the same answer as the callers; the refresh works.
  const fault = {
    match: { account: rows[0]!.username, path: '/me' },
    times: 1,
    error: { code: 190 },
    status: 400,
  };
  await simulator.call('addFault', fault);
  const since = await simulator.call('lastRequest');
  const outcomes = new Map<string, number>();
  const measured = await atOnce(Array.from({ length: reports }), AT_ONCE, async () => {
    const body = { version: 1, code: 190 };
    const answer = expectStatus(await send('POST', `/v1/integrations/${id}/token-rejections`, body), 200);
    const { outcome } = answer.body as { outcome: string };
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  });
  const undecided = outcomes.get('undecided') ?? 0;
  if (undecided > 0) throw new Error(`${undecided} of ${reports} reports were not decided`);
  const calls = await simulator.call('requests', since);
  return [
    {
      what: `${reports} reports of one version, answered`,
      value: rounded(reports / measured.seconds),
      unit: 'a second',
    },
    { what: 'the same, p99', value: rounded(percentile(measured.each, 99)), unit: 'ms' },
    {
      what: 'refreshes for all of them',
      value: calls.filter(({ path }) => path === '/refresh_access_token').length,
      unit: '',
    },
    { what: 'calls of Instagram for all of them', value: calls.length, unit: '' },
  ];
}

async function allAtOnce(
  { pool, simulator }: Deployment,
  send: Send,
  ids: readonly string[],
): Promise<Figure[]> {
  const since = await simulator.call('lastRequest');
  const startedAt = performance.now();
  const taken = await atOnce(ids, AT_ONCE, async (id) => {
    const body = { version: 1, code: 190, wait: false };
    expectStatus(await send('POST', `/v1/integrations/${id}/token-rejections`, body), 202);
  });
  const isDecided = async () => {
    const { rows } = await pool.query<{ open: string }>(
      `select (select count(*) from integrations where id = any ($1)) - count(*) as open from events
       where integration_id = any ($1) and type = 'token.recovered'`,
      [ids],
    );
    return rows[0]!.open === '0';
  };
  await until(isDecided, { timeoutMs: DONE_WITHIN_MS, everyMs: SECOND_MS, what: 'every report is decided' });
  const seconds = (performance.now() - startedAt) / SECOND_MS;
  const calls = await simulator.call('requests', since);
  const count = ids.length;
  return [
    {
      what: `${count} connections reported at once, taken`,
      value: rounded(count / taken.seconds),
      unit: 'a second',
    },
    { what: 'the same, decided', value: rounded(count / seconds), unit: 'a second' },
    { what: 'calls of Instagram for each', value: rounded(calls.length / count), unit: '' },
    {
      what: 'refreshes, although every token works',
      value: calls.filter(({ path }) => path === '/refresh_access_token').length,
      unit: '',
      wanted: { is: 'at most', value: 0, of: 'value' },
    },
  ];
}
