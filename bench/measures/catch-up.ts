import { setTimeout as pause } from 'node:timers/promises';
import { urgencyOf } from '../../core/lifecycle/urgency';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time';
import { createLifecycles } from '../../services/lifecycles';
import { until } from '../../test/support/until';
import { type Deployment, startDeployment } from '../deployment';
import { connectFleet } from '../fleet';
import {
  type Benchmark,
  type Figure,
  type Size,
  asleep,
  atOnce,
  lagFigures,
  mostPerSecond,
  percentile,
  rounded,
} from '../measure';

const SIZES = { full: 10_000, smoke: 6 };
/** For each connection: from when the outage is planned until all have set their timers. */
const LEAD_MS = { full: 120, smoke: SECOND_MS };
/** And for the worker to start. */
const START_MS = { full: 30 * SECOND_MS, smoke: 5 * SECOND_MS };
/** Between two that fall due. */
const APART_MS = 20;
const DONE_WITHIN_MS = HOUR_MS;

export const catchUp: Benchmark = {
  name: 'catch-up',
  isLong: true,
  about:
    'Temporal’s data is lost, and everything is rebuilt from the database alone. Then nothing runs for twelve days, and the whole fleet is due on return: most with two to fourteen days left, one in a hundred with hours.',
  async run(size, progress) {
    const deployment = await startDeployment();
    try {
      const connections = SIZES[size];
      await connectFleet(deployment, connections, Date.now(), progress);
      progress('rebuild');
      const { figures, steadyMiB } = await rebuild(deployment, connections, size);
      progress('catch up');
      return [...figures, ...(await allDue(deployment, connections, size, steadyMiB))];
    } finally {
      await deployment.stop();
    }
  },
};

async function rebuild(
  deployment: Deployment,
  connections: number,
  size: Size,
): Promise<{ figures: Figure[]; steadyMiB: number }> {
  const startedAt = performance.now();
  const worker = await deployment.startWorker();
  await asleep(deployment, connections, DONE_WITHIN_MS);
  const ms = performance.now() - startedAt;
  if (size === 'full') await pause(10 * SECOND_MS);
  const steadyMiB = worker.memoryMiB();
  await worker.stop();
  const what = `${connections} lifecycles rebuilt from the database alone`;
  const figures: Figure[] = [
    { what, value: minutes(ms), unit: 'min', wanted: { is: 'at most', value: 10, of: 'value' } },
    { what: 'memory of the worker after that', value: rounded(steadyMiB), unit: 'MiB' },
  ];
  return { figures, steadyMiB };
}

async function allDue(
  deployment: Deployment,
  connections: number,
  size: Size,
  steadyMiB: number,
): Promise<Figure[]> {
  const { pool, simulator } = deployment;
  const now = Date.now();
  const dueAt = now + LEAD_MS[size] * connections + START_MS[size];
  await planOutage(deployment, now, dueAt);
  const { rows } = await pool.query<{ id: string; expires_at: Date; refresh_at: Date; username: string }>(
    'select id, expires_at, refresh_at, username from integrations',
  );
  const before = await deployment.startWorker();
  const lifecycles = createLifecycles(deployment.client);
  await atOnce(rows, 30, ({ id }) => lifecycles.rowChanged(id));
  await asleep(deployment, connections, DONE_WITHIN_MS);
  await before.stop();
  if (size === 'full' && Date.now() > dueAt)
    throw new Error('The fleet was due before it slept: this machine is too slow.');
  const returnsAt = dueAt + APART_MS * connections + SECOND_MS;
  await pause(returnsAt - Date.now());

  const since = await simulator.call('lastRequest');
  const returnedAt = Date.now();
  const worker = await deployment.startWorker();
  const isDone = async () => {
    const open = await pool.query<{ count: string }>(
      'select count(*) from integrations where token_version = 1',
    );
    return open.rows[0]!.count === '0';
  };
  await until(isDone, { timeoutMs: DONE_WITHIN_MS, everyMs: SECOND_MS, what: 'all are refreshed' });
  const ms = Date.now() - returnedAt;
  const peakMiB = worker.peakMemoryMiB();
  await worker.stop();
  const { rows: attempts } = await pool.query<{ started_at: Date }>(
    'select started_at from refresh_attempts',
  );
  const lags = attempts.map((row) => row.started_at.getTime() - returnedAt);
  const { rows: failed } = await pool.query<{ count: string }>(
    `select count(*) from events where type in ('token.refresh_failing', 'integration.expired', 'token.rejected')`,
  );
  const accountIds = new Map((await simulator.call('accounts')).map(({ username, id }) => [username, id]));
  const calls = (await simulator.call('requests', since)).filter(
    ({ path }) => path === '/refresh_access_token',
  );
  const expiries = new Map(rows.map((row) => [accountIds.get(row.username)!, row.expires_at.getTime()]));
  return [
    { what: `${connections} overdue refreshes, all done`, value: minutes(ms), unit: 'min' },
    { what: 'rate', value: rounded((connections * SECOND_MS) / ms), unit: 'a second' },
    ...lagFigures('start lag', lags),
    { what: 'refreshes begun, for each connection', value: rounded(attempts.length / connections), unit: '' },
    { what: 'most calls of Instagram in one second', value: mostPerSecond(calls), unit: '' },
    { what: 'failed, expired or reported', value: Number(failed[0]!.count), unit: '' },
    {
      what: 'place of those with hours left, median',
      value: rounded(placeOfUrgent(calls, expiries, now)),
      unit: '% of all',
    },
    {
      what: 'peak memory of the worker',
      value: rounded(peakMiB),
      unit: 'MiB',
      beside: { what: 'with all asleep', value: rounded(steadyMiB) },
      ratio: { value: rounded(peakMiB / steadyMiB), how: 'peak ÷ asleep' },
      wanted: { is: 'at most', value: 2, of: 'ratio' },
    },
  ];
}

/** Each lifecycle has set its timer when the outage begins, and all are due when it ends, the least time left first. */
async function planOutage({ pool }: Deployment, now: number, dueAt: number): Promise<void> {
  await pool.query(
    `with numbered as (select id, row_number() over (order by id) as n from integrations),
       lives as (select id, case when n % 100 = 0 then $3::timestamptz + (n % 20) * interval '1 hour'
                   else $3::timestamptz + interval '2 days' + (n * 7919 % 17280) * interval '1 minute' end as ends
                 from numbered),
       ranked as (select id, ends, row_number() over (order by ends) as rank from lives)
     update integrations i set issued_at = $1, expires_at = ends, updated_at = $2, revision = revision + 1,
       refresh_at = $4::timestamptz + rank * $5 * interval '1 ms'
     from ranked where ranked.id = i.id`,
    [
      new Date(now - 50 * DAY_MS),
      new Date(now - 5 * MINUTE_MS),
      new Date(now + 3 * HOUR_MS),
      new Date(dueAt),
      APART_MS,
    ],
  );
}

interface Call {
  account: string | null;
  at: string;
}

/** Where the refreshes that were most urgent came among all, in percent: 0 is the first. */
function placeOfUrgent(calls: readonly Call[], expiries: Map<string, number>, now: number): number {
  const order = [...new Set(calls.map(({ account }) => account).filter((account) => account !== null))];
  const urgency = order.map((account) =>
    urgencyOf({ type: 'refresh', asked: false }, { expiresAt: expiries.get(account)! }, now),
  );
  const most = Math.min(...urgency);
  const places = urgency.flatMap((one, place) => (one === most ? [place] : []));
  return (percentile(places, 50) / order.length) * 100;
}

const minutes = (ms: number): number => rounded(ms / MINUTE_MS);
