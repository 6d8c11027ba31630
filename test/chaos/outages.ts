import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { until } from '../support/until';
import { doubleRefreshes, lookAt } from './check';
import { type Account, type Answer, type Harness, type Pair } from './harness';
import { type RefreshMode } from './kill-steps';
import { type Result } from './result';

/** A fault of what is around the product. `seconds`: how long an outage lasts. */
export interface Outage {
  name: string;
  connections: number;
  needsSmallDisk?: boolean;
  run(harness: Harness, options: { seconds: number }): Promise<Result>;
}

const WELL_WITHIN_MS = 240_000;
const SLOW_MS = 300;
const LOST_WITH_WORKER = 'answers were in the killed workers alone';

/** Refreshes of so many connections at once. */
interface Wave {
  accounts: Account[];
  answers: Promise<(Answer | null)[]>;
}

function beginWave(harness: Harness, count: number, mode: RefreshMode): Wave {
  harness.simulator.setMode({ refreshReturns: mode });
  const accounts = harness.take(count);
  return { accounts, answers: Promise.all(accounts.map((account) => ask(harness, account))) };
}

function refreshesOf({ simulator }: Harness, accounts: readonly Account[]): number {
  const ids = new Set(accounts.map(({ accountId }) => accountId));
  return simulator
    .requests()
    .filter(({ path, account }) => path === '/refresh_access_token' && account && ids.has(account)).length;
}

/** Resolves when Instagram has been asked for so many of them. */
function underWay(harness: Harness, { accounts }: Wave, count: number): Promise<unknown> {
  return until(() => refreshesOf(harness, accounts) >= count, {
    timeoutMs: 60_000,
    everyMs: 5,
    what: `${count} refreshes are under way`,
  });
}

/** Waits until every connection of the wave has its new token, and compares with Instagram's ledger. */
async function settle(
  harness: Harness,
  wave: Wave,
  heading: Pick<Result, 'fault' | 'at'>,
  {
    unavoidable = null,
    patienceMs = WELL_WITHIN_MS,
  }: { unavoidable?: string | null; patienceMs?: number } = {},
): Promise<Result> {
  const began = performance.now();
  let isOver = false;
  const lookAtAll = () => lookAt(harness, wave.accounts);
  const asking = askAgain(harness, wave, () => isOver);
  const isDone = async () => (await lookAtAll()).every(({ isWell, promoted }) => isWell && promoted > 0);
  const done = await until(isDone, { timeoutMs: patienceMs, everyMs: 300 }).catch(() => false);
  const seconds = (performance.now() - began) / 1_000;
  isOver = true;
  await asking;
  const all = await lookAtAll();
  const left = all.filter(({ isWell, promoted }) => !isWell || promoted === 0);
  const doubles = all.reduce((sum, one) => sum + doubleRefreshes(one), 0);
  const wrong = all.flatMap((one) => one.wrong);
  for (const { account, row } of left)
    wrong.push(`${account.username}: ${row.state} ${row.reason ?? ''}, version ${row.version}`);
  if (doubles > 0 && !unavoidable) wrong.push(`${doubles} refreshes too many`);
  return {
    ...heading,
    connections: all.length,
    lost: all.filter(({ isLost }) => isLost).length,
    doubleRefreshes: doubles,
    unavoidable: doubles > 0 ? unavoidable : null,
    secondsUntilWell: done ? seconds : null,
    wrong,
  };
}

/** What the fault kept from being asked at all is asked again, as its caller would. */
async function askAgain(harness: Harness, { accounts, answers }: Wave, isOver: () => boolean): Promise<void> {
  await answers;
  while (!isOver()) {
    const all = await lookAt(harness, accounts);
    const unasked = all.filter(
      ({ row, promoted, nextAt }) => row.state === 'active' && promoted === 0 && nextAt === null,
    );
    await Promise.all(unasked.map(({ account }) => ask(harness, account)));
    await pause(500);
  }
}

const ask = (harness: Harness, { id }: Account): Promise<Answer | null> =>
  harness.request('POST', `/v1/integrations/${id}/refresh`).catch(() => null);

/** PostgreSQL is killed in the middle of many refreshes whose old token dies with the answer. */
export async function databaseAway(
  harness: Harness,
  { seconds, connections }: { seconds: number; connections: number },
): Promise<Result> {
  const wave = beginWave(harness, connections, 'new_old_dead');
  await underWay(harness, wave, Math.ceil(connections / 3));
  await harness.servers.killPostgres();
  await pause(seconds * 1_000);
  await harness.servers.startPostgres();
  const heading = {
    fault: 'PostgreSQL killed, new_old_dead',
    at: `${seconds} s, in ${connections} refreshes`,
  };
  // By the ladder, the next try is no further off than the outage was long.
  return settle(harness, wave, heading, { patienceMs: WELL_WITHIN_MS + seconds * 1_200 });
}

async function readOnly(harness: Harness, seconds: number): Promise<Result> {
  const wave = beginWave(harness, 10, 'new_old_dead');
  await underWay(harness, wave, 3);
  const admin = await asAdmin(harness);
  const change = async (value: 'on' | 'off') => {
    await admin.query('set default_transaction_read_only = off');
    await admin.query(`alter system set default_transaction_read_only = ${value}`);
    await admin.query('select pg_reload_conf()');
  };
  await change('on');
  await pause(seconds * 1_000);
  await change('off');
  await admin.end();
  return settle(harness, wave, { fault: 'PostgreSQL read-only', at: `${seconds} s, in 10 refreshes` });
}

async function noConnections(harness: Harness, seconds: number): Promise<Result> {
  const wave = beginWave(harness, 10, 'new_old_dead');
  await underWay(harness, wave, 3);
  const hogs: Client[] = [];
  const admin = await asAdmin(harness);
  // Whatever becomes free is taken, also what is taken from the product.
  const end = Date.now() + seconds * 1_000;
  while (Date.now() < end) {
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'evergrant'`,
    );
    for (let full = false; !full;) {
      const hog = new Client(harness.servers.databaseUrl);
      hog.on('error', () => undefined);
      await hog.connect().then(
        () => hogs.push(hog),
        () => (full = true),
      );
    }
    await pause(500);
  }
  await Promise.all(hogs.map((hog) => hog.end()));
  await admin.end();
  return settle(harness, wave, {
    fault: 'PostgreSQL out of connections',
    at: `${seconds} s, in 10 refreshes`,
  });
}

/** Nothing can grow: what fits into a page is written, everything else fails with 53100. */
async function diskFull(harness: Harness, seconds: number): Promise<Result> {
  const { disk, postgresLog } = harness.servers;
  const wave = beginWave(harness, 40, 'new_old_dead');
  await underWay(harness, wave, 3);
  const logged = postgresLog().length;
  disk!.fill();
  await pause(seconds * 1_000);
  disk!.free();
  const refused = postgresLog().slice(logged).split('No space left on device').length - 1;
  const at = `${seconds} s, in 40 refreshes: ${refused} statements refused`;
  const result = await settle(harness, wave, { fault: 'disk of PostgreSQL full', at });
  if (refused === 0) result.wrong.push('no statement met the full disk');
  return result;
}

async function asAdmin({ servers }: Harness): Promise<Client> {
  const admin = new Client(servers.databaseUrl);
  admin.on('error', () => undefined);
  await admin.connect();
  return admin;
}

/** @param disturb changes the path; it is restored, and silent connections stay as they are */
function network(pair: Pair, how: 'refused' | 'silent' | 'slow', seconds: number) {
  return async (harness: Harness): Promise<Result> => {
    const path = harness.paths[pair];
    const disturb = () => {
      if (how === 'refused') path.refuse();
      if (how === 'silent') path.silence({ newOnes: true });
      if (how === 'slow') path.slow(SLOW_MS);
    };
    // What the API does is over in a moment: it is asked when the way is disturbed.
    const isOfApi = pair.startsWith('api');
    if (isOfApi) disturb();
    const wave = beginWave(harness, 10, 'new_old_valid');
    if (!isOfApi) await underWay(harness, wave, 3).then(disturb);
    await pause(seconds * 1_000);
    path.restore();
    const heading = {
      fault: `${pair.replace('-', ' to ')} ${how}`,
      at: `${seconds} s, ${isOfApi ? 'and' : 'in'} 10 refreshes`,
    };
    // An answer of Instagram's that the network swallows is as lost as one that a killed process had.
    const swallowed = pair === 'worker-instagram' ? 'answers were lost on the way' : null;
    return settle(harness, wave, heading, { unavoidable: swallowed });
  };
}

const crewOf = ({ api, workers }: Harness, pair: Pair) => (pair.startsWith('api') ? api : workers);

/** Processes start while a server takes their connections and says nothing, and go on when it is back. */
function startedInSilence(pair: Pair, seconds: number) {
  return async (harness: Harness): Promise<Result> => {
    const path = harness.paths[pair];
    const crew = crewOf(harness, pair);
    path.silence({ newOnes: true });
    for (const one of [...crew.members()]) one.kill('SIGKILL');
    await pause(seconds * 1_000);
    path.restore();
    await crew.ready();
    const heading = {
      fault: `started in silence, ${pair.replace('-', ' to ')}`,
      at: `${seconds} s, then 3 refreshes`,
    };
    return settle(harness, beginWave(harness, 3, 'new_old_valid'), heading);
  };
}

function frozen(which: 'postgres' | 'temporal', seconds: number) {
  return async (harness: Harness): Promise<Result> => {
    const wave = beginWave(harness, 10, 'new_old_dead');
    await underWay(harness, wave, 3);
    const goOn = harness.servers.freeze(which);
    await pause(seconds * 1_000);
    goOn();
    return settle(harness, wave, { fault: `${which} frozen`, at: `${seconds} s, in 10 refreshes` });
  };
}

async function temporalAway(harness: Harness, seconds: number, { withData }: { withData: boolean }) {
  const wave = beginWave(harness, 10, 'new_old_dead');
  await underWay(harness, wave, 3);
  await harness.servers.killTemporal();
  if (!withData) harness.servers.loseTemporalData();
  await pause(seconds * 1_000);
  await harness.servers.startTemporal();
  const began = performance.now();
  const fault = `Temporal killed, back ${withData ? 'with its data' : 'with nothing'}`;
  if (withData) return settle(harness, wave, { fault, at: `${seconds} s, in 10 refreshes` });
  const isRebuilt = async () => (await runningLifecycles(harness)) >= harness.size.accounts;
  await until(isRebuilt, { timeoutMs: WELL_WITHIN_MS, everyMs: 500, what: 'all lifecycles run again' });
  const rebuilt = (performance.now() - began) / 1_000;
  const at = `${seconds} s, in 10 refreshes; ${harness.size.accounts} lifecycles back after ${rebuilt.toFixed(0)} s`;
  return settle(harness, wave, { fault, at });
}

async function runningLifecycles({ temporal }: Harness): Promise<number> {
  const { count } = await temporal.workflow.count(
    `WorkflowType = 'TokenLifecycle' and ExecutionStatus = 'Running'`,
  );
  return count;
}

/** Workers die one after the other, at any point of what they do. */
async function workersDying(harness: Harness): Promise<Result> {
  const wave = beginWave(harness, 40, 'new_old_valid');
  await underWay(harness, wave, 5);
  for (let deaths = 0; deaths < 4; deaths++) {
    await harness.workers.ready();
    const [oldest] = harness.workers.members();
    oldest!.kill('SIGKILL');
    await oldest!.ended;
  }
  const heading = { fault: 'workers killed in turn, new_old_valid', at: '4 kills, in 40 refreshes' };
  return settle(harness, wave, heading, { unavoidable: LOST_WITH_WORKER });
}

/** A caller waits for the decision about a refused call, and the worker that makes it dies. */
async function waitingRejection(harness: Harness): Promise<Result> {
  const [account] = harness.take(1) as [Account];
  await harness.workers.ready();
  harness.arm({ when: 'before', request: ' (/v[\\d.]+)?/me$' });
  const report = { version: 1, code: 190, wait: true };
  const path = `/v1/integrations/${account.id}/token-rejections`;
  const { status, body, tookMs } = await harness.request('POST', path, report);
  const seconds = tookMs / 1_000;
  const wrong: string[] = [];
  if (status !== 200 || body.outcome !== 'verified_ok')
    wrong.push(`answered ${status} ${JSON.stringify(body)}`);
  if (seconds > 15) wrong.push('answered after more than 15 s');
  return {
    fault: 'worker killed, a caller waits for the decision about a 190',
    at: 'before the probe',
    connections: 1,
    lost: 0,
    doubleRefreshes: 0,
    unavoidable: null,
    secondsUntilWell: seconds,
    wrong,
  };
}

/**
 * Processes end in time although a server is silent. A worker with an answer in hand that is stored nowhere stays for as
 * long as it may, unless it has a spool directory to leave it in.
 */
function stopInSilence(pair: Pair, limitSeconds: number) {
  return async (harness: Harness): Promise<Result> => {
    const [verb, server] = pair.split('-') as ['api' | 'worker', string];
    if (verb === 'worker') await harness.setSpool(true);
    const wave = beginWave(harness, 5, 'new_old_dead');
    await underWay(harness, wave, 2);
    const path = harness.paths[pair];
    path.silence({ newOnes: true });
    const [one] = crewOf(harness, pair).members();
    const began = performance.now();
    one!.kill('SIGTERM');
    let how: number | NodeJS.Signals | 'not at all' = 'not at all';
    void one!.ended.then((code) => (how = code));
    const patience = { timeoutMs: (limitSeconds + 30) * 1_000 };
    await until(() => how !== 'not at all', patience).catch(() => undefined);
    const seconds = (performance.now() - began) / 1_000;
    one!.kill('SIGKILL');
    path.restore();
    const at = `${server} silent, in 5 refreshes: ended after ${seconds.toFixed(1)} s with ${how}`;
    const result = await settle(harness, wave, { fault: `SIGTERM to the ${verb}`, at });
    if (seconds > limitSeconds) result.wrong.push(`ended after more than ${limitSeconds} s`);
    if (verb === 'worker') await harness.setSpool(false);
    return result;
  };
}

/** By importance. */
export const OUTAGES: readonly Outage[] = [
  { name: 'waiting-190', connections: 1, run: waitingRejection },
  {
    name: 'postgres-killed',
    connections: 50,
    run: (harness, { seconds }) => databaseAway(harness, { seconds, connections: 50 }),
  },
  { name: 'postgres-silent', connections: 10, run: network('worker-postgres', 'silent', 30) },
  { name: 'postgres-slow', connections: 10, run: network('worker-postgres', 'slow', 20) },
  { name: 'postgres-cut', connections: 10, run: network('worker-postgres', 'refused', 15) },
  { name: 'postgres-read-only', connections: 10, run: (harness) => readOnly(harness, 20) },
  { name: 'postgres-crowded', connections: 10, run: (harness) => noConnections(harness, 20) },
  {
    name: 'postgres-disk-full',
    connections: 40,
    needsSmallDisk: true,
    run: (harness) => diskFull(harness, 20),
  },
  {
    name: 'temporal-restarted',
    connections: 10,
    run: (harness) => temporalAway(harness, 10, { withData: true }),
  },
  { name: 'postgres-frozen', connections: 10, run: frozen('postgres', 60) },
  { name: 'temporal-frozen', connections: 10, run: frozen('temporal', 60) },
  { name: 'temporal-lost', connections: 10, run: (harness) => temporalAway(harness, 5, { withData: false }) },
  { name: 'temporal-cut', connections: 10, run: network('worker-temporal', 'refused', 15) },
  { name: 'temporal-silent', connections: 10, run: network('worker-temporal', 'silent', 30) },
  { name: 'instagram-cut', connections: 10, run: network('worker-instagram', 'refused', 15) },
  { name: 'instagram-silent', connections: 10, run: network('worker-instagram', 'silent', 30) },
  { name: 'api-postgres-cut', connections: 10, run: network('api-postgres', 'refused', 10) },
  { name: 'api-postgres-silent', connections: 10, run: network('api-postgres', 'silent', 20) },
  { name: 'api-temporal-cut', connections: 10, run: network('api-temporal', 'refused', 10) },
  { name: 'api-temporal-silent', connections: 10, run: network('api-temporal', 'silent', 20) },
  ...(['worker-postgres', 'worker-temporal', 'api-postgres', 'api-temporal'] as const).map((pair) => ({
    name: `start-in-silence-${pair}`,
    connections: 3,
    run: startedInSilence(pair, 40),
  })),
  { name: 'workers-dying', connections: 40, run: workersDying },
  { name: 'worker-stop', connections: 5, run: stopInSilence('worker-postgres', 60) },
  { name: 'worker-stop-temporal', connections: 5, run: stopInSilence('worker-temporal', 60) },
  { name: 'api-stop', connections: 5, run: stopInSilence('api-postgres', 15) },
  { name: 'api-stop-temporal', connections: 5, run: stopInSilence('api-temporal', 15) },
];
