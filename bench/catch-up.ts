import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { urgencyOf } from '../core/lifecycle/urgency';
import { MINUTE_MS, SECOND_MS } from '../core/time';
import { createLifecycles } from '../services/lifecycles';
import { type Deployment, startDeployment } from './deployment';
import { connectFleet } from './fleet';

/**
 * Everything was down for twelve days: `npm run bench:catch-up -- --connections 10000`.
 * First all lifecycles are rebuilt from the database alone; then the whole fleet is due at once, with two to fourteen days
 * left, and one in a hundred with hours. Prints one JSON document; progress goes to stderr.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { connections: { type: 'string', default: '1000' } } });
  const connections = Number(values.connections);
  const deployment = await startDeployment();
  try {
    await connectFleet(deployment, connections, Date.now(), (done) =>
      progress('connected', done, connections),
    );
    const rebuilt = await rebuild(deployment, connections);
    const caughtUp = await catchUp(deployment, connections);
    console.log(JSON.stringify({ connections, rebuilt, caughtUp }, null, 2));
  } finally {
    await deployment.stop();
  }
}

async function rebuild({ pool, client, startWorker }: Deployment, connections: number) {
  const lifecycles = createLifecycles(client);
  const startedAt = performance.now();
  const worker = await startWorker();
  const count = () => lifecycles.countRunning();
  for (let running = 0; running < connections; running = await count()) {
    progress('rebuilt', running, connections);
    await pause(SECOND_MS);
  }
  const seconds = secondsSince(startedAt);
  const seen = async () =>
    Number(
      (await pool.query('select count(*) from integrations where lifecycle_revision = revision')).rows[0]
        .count,
    );
  while ((await seen()) < connections) await pause(SECOND_MS);
  const secondsUntilAsleep = secondsSince(startedAt);
  await pause(10 * SECOND_MS);
  const steadyMemoryMiB = Math.round(worker.memoryMiB());
  await worker.stop();
  return {
    seconds,
    secondsUntilAsleep,
    perSecond: Math.round(connections / seconds),
    running: await count(),
    steadyMemoryMiB,
  };
}

async function catchUp({ pool, client, simulator, startWorker }: Deployment, connections: number) {
  const now = Date.now();
  // Each lifecycle has set its timer when the outage begins, and all are due when it ends: first the one with the least
  // time left, as after twelve days.
  const outageAt = now + Math.round((connections / 10) * SECOND_MS) + 30 * SECOND_MS;
  await pool.query(
    `with numbered as (select id, row_number() over (order by id) as n from integrations),
       lives as (select id, case when n % 100 = 0 then $3::timestamptz + (n % 20) * interval '1 hour'
                   else $3::timestamptz + interval '2 days' + (n * 7919 % 17280) * interval '1 minute' end as ends
                 from numbered),
       ranked as (select id, ends, row_number() over (order by ends) as rank from lives)
     update integrations i set issued_at = $1::timestamptz - interval '50 days', expires_at = ends,
       refresh_at = $4::timestamptz + rank * interval '20 ms', updated_at = $2, revision = revision + 1
     from ranked where ranked.id = i.id`,
    [new Date(now), new Date(now - 5 * MINUTE_MS), new Date(now + 3 * 3_600 * SECOND_MS), new Date(outageAt)],
  );
  const lifecycles = createLifecycles(client);
  const { rows } = await pool.query<{ id: string; expires_at: Date; username: string }>(
    'select id, expires_at, username from integrations',
  );
  const before = await startWorker();
  for (let at = 0; at < rows.length; at += 30)
    await Promise.all(rows.slice(at, at + 30).map(({ id }) => lifecycles.rowChanged(id)));
  const asleep = async () =>
    Number(
      (await pool.query('select count(*) from integrations where lifecycle_revision = revision')).rows[0]
        .count,
    );
  while ((await asleep()) < connections) await pause(SECOND_MS);
  if (Date.now() > outageAt) throw new Error('The fleet was due before it slept: this machine is too slow.');
  await before.stop();
  while (Date.now() < outageAt + 20 * connections + 5 * SECOND_MS) await pause(SECOND_MS);
  const since = await simulator.call('lastRequest');

  const startedAt = performance.now();
  const worker = await startWorker();
  const refreshed = async () =>
    Number((await pool.query('select count(*) from integrations where token_version >= 2')).rows[0].count);
  let done = 0;
  while (done < connections) {
    await pause(SECOND_MS);
    done = await refreshed();
    progress('refreshed', done, connections);
  }
  const seconds = secondsSince(startedAt);
  const peakMemoryMiB = Math.round(worker.peakMemoryMiB());
  await worker.stop();

  const failed = await pool.query(
    `select count(*) from events where type in ('token.refresh_failing', 'integration.expired', 'token.rejected')`,
  );
  const attempts = await pool.query('select count(*) from refresh_attempts');
  const accountIds = new Map((await simulator.call('accounts')).map(({ username, id }) => [username, id]));
  const order = orderOf(
    (await simulator.call('requests', since)).filter(({ path }) => path === '/refresh_access_token'),
    new Map(rows.map((row) => [accountIds.get(row.username)!, row.expires_at.getTime()])),
    now,
  );
  return {
    seconds,
    perSecond: Math.round(connections / seconds),
    peakMemoryMiB,
    refreshAttempts: Number(attempts.rows[0].count),
    failures: Number(failed.rows[0].count),
    ...order,
  };
}

/** At which place, in percent of all, the refreshes of each urgency came: 0 is the first. */
function orderOf(
  calls: { account: string | null; at: string }[],
  expiries: Map<string, number>,
  now: number,
) {
  const places = new Map<number, number[]>();
  const seen = new Set<string>();
  let place = 0;
  for (const { account } of calls) {
    if (account === null || seen.has(account)) continue;
    seen.add(account);
    const urgency = urgencyOf({ type: 'refresh', asked: false }, { expiresAt: expiries.get(account)! }, now);
    places.set(urgency, [...(places.get(urgency) ?? []), place++]);
  }
  const perSecond = new Map<string, number>();
  for (const { at } of calls) perSecond.set(at.slice(0, 19), (perSecond.get(at.slice(0, 19)) ?? 0) + 1);
  return {
    medianPlacePercentByUrgency: Object.fromEntries(
      [...places]
        .sort()
        .map(([urgency, list]) => [urgency, Math.round((list[list.length >> 1]! / place) * 100)]),
    ),
    mostPerSecond: Math.max(...perSecond.values()),
  };
}

const secondsSince = (startedAt: number) => Math.round((performance.now() - startedAt) / 100) / 10;

let shownAt = 0;
function progress(what: string, done: number, of: number): void {
  if (performance.now() - shownAt < 5 * SECOND_MS && done < of) return;
  shownAt = performance.now();
  console.error(`${what} ${done} of ${of}`);
}

void main();
