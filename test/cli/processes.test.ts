import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { freePorts } from '../../dev/process/ports';
import { type RunningSimulator, runSimulator } from '../../simulator/index';
import { evergrant as start, isReady } from '../support/command';
import { openDatabasePath } from '../support/database-path';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type TestNamespace, createTestNamespace } from '../support/temporal';
import { afterwards, temporaryFolder } from '../support/temporary-folder';
import { until } from '../support/until';
import { instagramSettings } from '../support/instagram-settings';
import { keyBytes } from '../support/key-bytes';

const KEY = 'evg_process_0123456789abcdef0123';
const WRONG_K1 = `k1:${keyBytes(2).toString('base64')}`;
let database: TestDatabase;
let temporal: TestNamespace;
let simulator: RunningSimulator;
let env: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  simulator = await runSimulator({ port: 0 });
  temporal = await createTestNamespace();
  const [http, apiMetrics] = await freePorts(2);
  env = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    EVERGRANT_KEYS: `k1:${keyBytes(1).toString('base64')}`,
    EVERGRANT_API_KEY: KEY,
    EVERGRANT_HTTP_PORT: String(http),
    EVERGRANT_METRICS_PORT: String(apiMetrics),
    ...instagramSettings(simulator),
  };
});
afterAll(async () => {
  await simulator.close();
  await temporal.drop();
  await database.drop();
});

/** Runs the command as users do. */
const evergrant = (args: string[], environment: Record<string, string> = env) => start(args, environment);

async function run(args: string[], environment?: Record<string, string>) {
  const child = evergrant(args, environment);
  const code = await child.ended;
  return { code, out: child.out(), err: child.err() };
}

async function rows(text: string): Promise<Record<string, unknown>[]> {
  const client = new Client(database.url);
  await client.connect();
  const found = await client.query<Record<string, unknown>>(text);
  await client.end();
  return found.rows;
}
const query = async (text: string) => void (await rows(text));

test('migrate builds the schema, shows each step, and is done at once the second time', async () => {
  const client = new Client(database.url);
  await client.connect();
  await client.query('drop schema public cascade');
  await client.query('create schema public');
  await client.end();
  const unready = await run(['audit']);
  expect(unready).toMatchObject({ code: 1, out: '' });
  expect(unready.err).toContain('evergrant migrate');

  const [first, second] = await Promise.all([run(['migrate']), run(['migrate'])]);
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(first.err + second.err).toMatch(/0001_integrations …\n[^]*0005_audit …\n/);
  expect(first.out + second.out).toMatch(/[1-9]\d* migrations ran/);
  const again = await run(['migrate']);
  expect(again).toEqual({ code: 0, out: 'The schema is up to date.\n', err: '' });
});

test('migrate and audit without settings use the servers of an npm start in the folder', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'database-url'), `${database.url}\n`);
  const { PATH = '', TEMPORAL_ADDRESS = '', TEMPORAL_NAMESPACE = '' } = env;
  const environment = {
    PATH,
    TEMPORAL_NAMESPACE,
    EVERGRANT_DATA_DIR: folder,
    EVERGRANT_TEMPORAL_PORT: TEMPORAL_ADDRESS.split(':')[1] ?? '',
  };
  expect(await run(['migrate'], environment)).toMatchObject({ code: 0 });
  const audit = await run(['audit', '--json'], environment);
  expect(audit.code).toBe(0);
  expect(JSON.parse(audit.out)).toMatchObject({ enabled: false, lastRunAt: null, hourly: null, daily: null });
});

test('worker and API serve, audit and list, then end with 0 on SIGTERM', async () => {
  const [workerMetrics] = await freePorts(1);
  const worker = evergrant(['worker'], { ...env, EVERGRANT_METRICS_PORT: String(workerMetrics) });
  const api = evergrant(['api']);
  await Promise.all([isReady(worker), isReady(api)]);

  expect((await fetch(`http://127.0.0.1:${env.EVERGRANT_HTTP_PORT}/readyz`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${workerMetrics}/metrics`)).status).toBe(200);
  expect((await run(['list'])).out).toContain('npx evergrant connect');
  const created = await run(['connect', '--owner-ref', 'shop', '--json']);
  const listed = await run(['list', '--json']);
  expect(JSON.parse(listed.out).data).toEqual([JSON.parse(created.out).integration]);

  const dryRun = await run(['audit', 'run', '--dry-run']);
  expect([dryRun.code, dryRun.out]).toEqual([0, 'Nothing to repair.\n']);
  const audited = await run(['audit', 'run', '--json']);
  expect(audited.code).toBe(0);
  expect(JSON.parse(audited.out)).toMatchObject({ result: { overdue: 0, missing: 0 } });
  await query(
    `update integrations set state = 'active', token_version = 1, last_version = 1, expires_at = now() + interval '1 day'`,
  );
  const missing = await run(['audit', 'run', '--dry-run']);
  const { id } = JSON.parse(created.out).integration;
  expect(missing.out).toContain(`1 to start, since they do not run:\n  ${id}\n`);
  const report = await run(['audit']);
  expect(report.out).toMatch(/schedule +on, every 1h/);
  expect(report.out).toMatch(/last daily run +\d{4}.* 0 overdue/);

  worker.process.kill('SIGTERM');
  api.process.kill('SIGINT');
  expect(await Promise.all([worker.ended, api.ended])).toEqual([0, 0]);
});

test('an owner who connects while the API is killed is connected by the worker', async () => {
  const [workerMetrics] = await freePorts(1);
  const worker = evergrant(['worker'], { ...env, EVERGRANT_METRICS_PORT: String(workerMetrics) });
  const api = evergrant(['api']);
  await Promise.all([isReady(worker), isReady(api)]);
  simulator.simulator.addAccount({ username: 'interrupted' });
  simulator.simulator.scriptLogin({ account: 'interrupted', decision: 'allow' });
  simulator.simulator.addFault({ match: { path: '/me' }, times: 1, delayMs: 60_000, drop: 'before' });
  const created = await run(['connect', '--owner-ref', 'killed', '--json']);
  const { connectUrl } = JSON.parse(created.out) as { connectUrl: string };
  const begun = await fetch(connectUrl, { method: 'POST', redirect: 'manual' });
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const consent = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
  const answer = fetch(consent.headers.get('location') ?? '', { headers: { cookie } }).catch(() => 'cut off');
  await until(() => simulator.simulator.requests().some(({ path }) => path === '/me'));
  api.process.kill('SIGKILL');
  expect(await answer).toBe('cut off');
  // As after the minute that the lease of the dead process lasts.
  await query('update oauth_states set leased_until = now()');
  await until(
    async () =>
      (await rows("select state from integrations where owner_ref = 'killed'"))[0]?.state === 'active',
  );
  expect(await rows('select id from oauth_holdings')).toEqual([]);
  worker.process.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
});

test('the API ends on SIGTERM although every connection to the database has gone silent', async () => {
  const path = await openDatabasePath(database.url);
  afterwards(() => path.close());
  const [http, metrics] = await freePorts(2);
  const api = evergrant(['api'], {
    ...env,
    DATABASE_URL: path.url,
    EVERGRANT_HTTP_PORT: String(http),
    EVERGRANT_METRICS_PORT: String(metrics),
  });
  await isReady(api);
  const asked = () =>
    fetch(`http://127.0.0.1:${http}/v1/integrations`, { headers: { authorization: `Bearer ${KEY}` } });
  expect((await asked()).status).toBe(200);
  path.silence();
  const open = Array.from({ length: 20 }, () => asked().catch(() => null));
  api.process.kill('SIGTERM');
  const ended = await Promise.race([api.ended.then(() => 'ended'), pause(40_000, 'still running')]);
  expect(ended).toBe('ended');
  await Promise.all(open);
  for (const line of api.err().trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
}, 60_000);

test('refuses to start without settings, and names all that is wrong at once', async () => {
  for (const verb of ['worker', 'api']) {
    const { code, out, err } = await run([verb], {
      PATH: env.PATH ?? '',
      EVERGRANT_HTTP_PORT: 'eighty',
      EVERGRANT_COLOUR: 'red',
    });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const name of [
      'DATABASE_URL',
      'EVERGRANT_KEYS',
      'INSTAGRAM_APP_ID',
      'EVERGRANT_HTTP_PORT',
      'EVERGRANT_COLOUR',
    ]) {
      expect(err).toContain(name);
    }
  }
});

test('refuses to start with another key under the same name', async () => {
  const { code, err } = await run(['api'], {
    ...env,
    EVERGRANT_KEYS: WRONG_K1,
  });
  expect(code).toBe(1);
  expect(err).toContain('EVERGRANT_KEYS');

  // Also when it is not the one that seals.
  const ring = `k0:${keyBytes(3).toString('base64')},${WRONG_K1}`;
  const second = await run(['worker'], { ...env, EVERGRANT_KEYS: ring });
  expect([second.code, second.err]).toEqual([1, expect.stringContaining('named "k1"')]);
});

test('the worker says so when Temporal cannot be reached', async () => {
  const [port] = await freePorts(1);
  const { code, err } = await run(['worker'], { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
  expect(code).toBe(1);
  expect(err).toContain(`Temporal at 127.0.0.1:${port}`);
});

test('the API names port and setting when the port is taken', async () => {
  const { code, err } = await run(['api'], { ...env, EVERGRANT_HTTP_PORT: String(simulator.port) });
  expect(code).toBe(1);
  expect(err).toContain(`Port ${simulator.port}`);
  expect(err).toContain('EVERGRANT_HTTP_PORT');
});

test('a database that refuses the password is named without it', async () => {
  const url = new URL(database.url);
  url.password = 'wrong-secret';
  const { code, err } = await run(['migrate'], { ...env, DATABASE_URL: url.href });
  expect(code).toBe(1);
  expect(err).toContain('DATABASE_URL');
  expect(err).not.toContain('wrong-secret');
});

test('the simulator says where it listens, and ends with 0 on SIGTERM', async () => {
  const child = evergrant(['simulator', '--port', '0', '--seed', 'x']);
  const url = await until(() => /http:\S+/.exec(child.out())?.[0]);
  expect((await fetch(`${url}/_sim/clock`)).status).toBe(200);
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe(0);
});

test('ends with 2 on wrong usage', async () => {
  expect((await run(['list', '--colour'])).code).toBe(2);
});
