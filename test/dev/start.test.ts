import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { freePorts } from '../../dev/process/ports';
import { type Everything, type Run, prepareEverything } from '../support/everything';
import { until } from '../support/until';

const ROOT = path.join(__dirname, '..', '..');

let everything: Everything;
let dataDir: string;
beforeAll(async () => {
  everything = await prepareEverything();
  ({ dataDir } = everything);
});
afterAll(() => everything.remove());

const start = (settings?: NodeJS.ProcessEnv) => everything.start(settings);
const ready = (run: Run) => everything.ready(run);
const kill = (signal: NodeJS.Signals) => everything.kill(signal);
const key = () => everything.key();
const get = async (route: string) =>
  (await fetch(everything.api + route, { headers: { authorization: `Bearer ${key()}` } })).json() as Promise<{
    data: { id: string; state: string; account: { username: string } }[];
  }>;

test('starts, keeps its data over SIGTERM and kill -9, and leaves no process behind', async () => {
  const first = start();
  await ready(first);
  expect(everything.processes()).not.toEqual([]);
  const before = await get('/v1/integrations');
  expect(before.data).toMatchObject([{ state: 'active', account: { username: 'sandbox_shop' } }]);
  expect(statSync(path.join(dataDir, 'api-key')).mode & 0o777).toBe(0o600);
  await fetch(`${everything.simulator}/_sim/accounts/sandbox_shop/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'Hello' }),
  });
  await until(async () => (await get('/v1/events?type=message.received')).data.length === 1);

  // The running process follows its key file; what was sealed before opens after every restart below.
  const rotating = spawn(process.execPath, ['cli/evergrant.js', 'keys', 'rotate', '--wait'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, EVERGRANT_DATA_DIR: dataDir },
    stdio: 'ignore',
  });
  expect(await new Promise((resolve) => rotating.once('exit', resolve))).toBe(0);
  expect(readFileSync(path.join(dataDir, 'encryption-keys'), 'utf8')).toMatch(/^k2:.*,k1:/);

  kill('SIGTERM');
  expect(await first.exited).toBe(0);
  expect(everything.processes()).toEqual([]);

  const second = start();
  await ready(second);
  expect((await get('/v1/integrations')).data).toMatchObject([{ id: before.data[0]!.id, state: 'active' }]);
  const moved = await fetch(`${everything.api}/sandbox/advance`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ seconds: 47 * 24 * 3600 }),
  });
  expect(moved.status).toBe(200);
  kill('SIGKILL');
  await second.exited;

  const third = start();
  await ready(third);
  expect((await get('/v1/integrations')).data).toMatchObject([
    { id: before.data[0]!.id, state: 'active', tokenVersion: 2 },
  ]);
  const inbox = await fetch(`${everything.api}/v1/integrations/${before.data[0]!.id}/conversations`, {
    headers: { authorization: `Bearer ${key()}` },
  });
  expect(inbox.status).toBe(200);
  kill('SIGTERM');
  expect(await third.exited).toBe(0);
  expect(everything.processes()).toEqual([]);
}, 240_000);

test('a port in use is reported with its setting, and nothing is left running', async () => {
  const [port] = await freePorts(1);
  const server = createServer().listen(port, '127.0.0.1');
  const run = start({ EVERGRANT_HTTP_PORT: String(port) });
  expect(await run.exited).toBe(1);
  expect(run.output()).toMatch(new RegExp(`Port ${port} .*taken.*EVERGRANT_HTTP_PORT`));
  expect(existsSync(path.join(dataDir, 'run.lock'))).toBe(false);
  await new Promise((resolve) => server.close(resolve));
});

test('wrong settings refuse to start, all listed at once; so does any host but this one', async () => {
  const run = start({ EVERGRANT_METRICS_PORT: 'many', EVERGRANT_TYPO: '1' });
  expect(await run.exited).toBe(1);
  expect(run.output()).toMatch(/EVERGRANT_METRICS_PORT/);
  expect(run.output()).toMatch(/EVERGRANT_TYPO/);
  const open = start({ EVERGRANT_HTTP_HOST: '0.0.0.0' });
  expect(await open.exited).toBe(1);
  expect(open.output()).toMatch(/EVERGRANT_HTTP_HOST/);
});
