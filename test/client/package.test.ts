import { execFile, fork } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { MESSAGING_ACTIVITY_OPTIONS } from '../../core/messaging/activities-contract';
import type * as Workflow from '../../client/workflow';
import { DAY_MS } from '../../core/time';
import { API_KEY, type TestApi, useApi } from '../support/api';
import { installPacked } from '../support/packed';
import { type Stack } from '../support/stack';
import { afterwards } from '../support/temporary-folder';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..');

let stack: Stack;
let api: TestApi;
let project: string;
let packedBytes: number;
useApi((started) => ({ stack, api } = started));
beforeAll(async () => {
  ({ project, packedBytes } = await installPacked('evergrant-client'));
}, 180_000);
afterEach(() => stack.calm());

const settings = () => ({
  ...process.env,
  NODE_OPTIONS: '',
  EVERGRANT_URL: api.url,
  EVERGRANT_API_KEY: API_KEY,
  INSTAGRAM_GRAPH_URL: stack.simulatorUrl,
});
const node = (file: string, ...args: string[]) =>
  run(process.execPath, [join(project, file), ...args], { env: settings() });
const refuse = (account: string, times: number) =>
  stack.simulator.addFault({ match: { path: '/me', account }, times, error: { code: 190 }, status: 400 });

const SHOW_PROFILE = `
const evergrant = createEvergrantClient({ baseUrl: process.env.EVERGRANT_URL, apiKey: process.env.EVERGRANT_API_KEY });
const url = process.env.INSTAGRAM_GRAPH_URL + '/me?fields=username&access_token=';
evergrant.withToken(process.argv[2], ({ accessToken }) => fetch(url + accessToken))
  .then((answer) => answer.json()).then(({ username }) => console.log(username));
`;

test('it is small, and comes alone', () => {
  expect(packedBytes).toBeLessThan(30_000);
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'evergrant-client',
  ]);
});

test.each([
  ['mjs', "import { createEvergrantClient } from 'evergrant-client';"],
  ['cjs', "const { createEvergrantClient } = require('evergrant-client');"],
])('a short program (.%s) lives through a 190', async (extension, loading) => {
  const username = `program_${extension}`;
  const { id } = await stack.connect(username);
  await stack.travel.advance(3 * DAY_MS);
  refuse(username, 2);
  const program = loading + SHOW_PROFILE;
  expect(program.split('\n').length).toBeLessThan(25);
  writeFileSync(join(project, `show.${extension}`), program);
  expect((await node(`show.${extension}`, id)).stdout).toBe(`${username}\n`);
  expect(stack.refreshCalls(username)).toBe(1);
});

test('50 processes with 20 callers each, on one dead token: one recovery, one refresh, all answered', async () => {
  const { id, version } = await stack.connect('crowd');
  await stack.travel.advance(3 * DAY_MS);
  writeFileSync(
    join(project, 'crowd.mjs'),
    `import { createEvergrantClient } from 'evergrant-client';
    const evergrant = createEvergrantClient({ baseUrl: process.env.EVERGRANT_URL, apiKey: process.env.EVERGRANT_API_KEY });
    await evergrant.token(process.argv[2]);
    process.send('ready');
    await new Promise((go) => process.once('message', go));
    const call = ({ version }) => version > ${version} ? version : { error: { code: 190 } };
    const results = await Promise.all(Array.from({ length: 20 }, () => evergrant.withToken(process.argv[2], call)));
    process.send(results, () => process.disconnect());`,
  );
  const crowd = Array.from({ length: 50 }, () =>
    fork(join(project, 'crowd.mjs'), [id], { env: settings(), execArgv: [] }),
  );
  afterwards(() => crowd.forEach((child) => child.kill('SIGKILL')));
  const said = () =>
    Promise.all(
      crowd.map(
        (child) =>
          new Promise<unknown>((resolve, reject) => {
            child.once('message', resolve);
            child.once('disconnect', () => reject(new Error('it ended early')));
          }),
      ),
    );
  expect(await said()).toEqual(Array(50).fill('ready'));
  // The token is dead to Evergrant's probe.
  refuse('crowd', 1);
  const before = stack.simulator.requests().length;
  const answers = said();
  for (const child of crowd) child.send('go');
  expect(await answers).toEqual(Array(50).fill(Array(20).fill(version + 1)));
  const calls = stack.simulator.requests().slice(before);
  expect(stack.refreshCalls('crowd')).toBe(1);
  // The probe that found it dead, and that of the new token.
  expect(calls.filter(({ path }) => path === '/me')).toHaveLength(2);
  expect((await stack.events(id)).filter((type) => type === 'token.rejected')).toHaveLength(1);
}, 120_000);

test('it runs where there is nothing but what the web has', async () => {
  const { id } = await stack.connect('edge');
  const names = [
    'fetch',
    'Request',
    'Response',
    'Headers',
    'URL',
    'URLSearchParams',
    'AbortSignal',
    'AbortController',
  ];
  const more = [
    'setTimeout',
    'clearTimeout',
    'performance',
    'crypto',
    'TextEncoder',
    'TextDecoder',
    'FormData',
  ];
  const web = Object.fromEntries([...names, ...more].map((name) => [name, Reflect.get(globalThis, name)]));
  const context = createContext({ ...web, exports: {}, settings: { baseUrl: api.url, apiKey: API_KEY }, id });
  runInContext(readFileSync(join(project, 'node_modules/evergrant-client/dist/index.cjs'), 'utf8'), context);
  const version = runInContext(
    'exports.createEvergrantClient(settings).withToken(id, ({ version }) => version)',
    context,
  );
  expect(await version).toBe(1);
});

test('what workflows import is theirs alone, and names the activities as they are', async () => {
  const folder = join(project, 'node_modules/evergrant-client/dist');
  const workflow = (await import(join(folder, 'workflow.cjs'))) as typeof Workflow;
  expect(workflow.MESSAGING_ACTIVITY_OPTIONS).toEqual(MESSAGING_ACTIVITY_OPTIONS);
  expect(workflow.FAILURE_TYPES.reconnectRequired).toBe('ReconnectRequired');
  const requiresPackage = /require\(`(?!\.)/;
  for (const file of ['workflow.cjs', 'names.cjs'])
    expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(requiresPackage);
});

test.each([
  ['node16', 'index.mts'],
  ['node16', 'index.cts'],
  ['bundler', 'index.mts'],
])('its types hold for a strict program (%s, %s)', async (moduleResolution, file) => {
  writeFileSync(
    join(project, file),
    `import { type Integration, createEvergrantClient } from 'evergrant-client';
    export async function names(): Promise<string[]> {
      const evergrant = createEvergrantClient({ baseUrl: 'https://e.example', apiKey: 'k' });
      const all: Integration[] = [];
      for await (const one of evergrant.integrations({ state: 'expired' })) all.push(one);
      const status: 'ok' | 'degraded' | 'down' = (await evergrant.api.GET('/v1/fleet')).data.provider.status;
      const none: undefined = (await evergrant.api.DELETE('/v1/integrations/{id}', { params: { path: { id: 'x' } } })).data;
      const { data: made } = await evergrant.api.POST('/v1/api-keys', { body: { name: 'x', scopes: ['read'] } });
      // @ts-expect-error a path has its parameters
      await evergrant.api.GET('/v1/integrations/{id}');
      // @ts-expect-error no such scope
      await evergrant.api.POST('/v1/api-keys', { body: { name: 'x', scopes: ['everything'] } });
      // @ts-expect-error no such path
      await evergrant.api.GET('/v1/nothing');
      // @ts-expect-error no such state
      evergrant.integrations({ state: 'asleep' });
      const length: number = await evergrant.withToken('int_1', ({ accessToken }) => accessToken.length);
      return [...all.map((one) => one.account?.username ?? ''), String(status), String(length), String(none), made.key];
    }\n`,
  );
  const module = moduleResolution === 'bundler' ? 'esnext' : 'node16';
  const options = ['--strict', '--noEmit', '--module', module, '--moduleResolution', moduleResolution];
  const rest = ['--target', 'es2022', '--lib', 'es2023,dom'];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...options, ...rest, join(project, file)], { cwd: project }).catch(
    ({ stdout }: { stdout: string }) => expect(stdout).toBe(''),
  );
});

test('the example service answers through a 190, and takes webhooks that Evergrant signed', async () => {
  const { id } = await stack.connect('service');
  await stack.travel.advance(3 * DAY_MS);
  cpSync(join(ROOT, 'examples/node-service/server.mjs'), join(project, 'server.mjs'));
  const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
  const service = fork(join(project, 'server.mjs'), [], {
    env: { ...settings(), PORT: '0', EVERGRANT_WEBHOOK_SECRET: secret },
    execArgv: [],
    silent: true,
  });
  afterwards(() => service.kill('SIGKILL'));
  const first = await new Promise<string>((resolve) =>
    service.stdout!.once('data', (text) => resolve(String(text))),
  );
  const url = /http:\S+/.exec(first)![0];
  refuse('service', 2);
  const answer = await fetch(`${url}/profile?integration=${id}`);
  expect([answer.status, await answer.json()]).toEqual([
    200,
    expect.objectContaining({ username: 'service' }),
  ]);
  expect((await fetch(`${url}/profile?integration=int_0`)).status).toBe(404);
  const forged = await fetch(`${url}/hooks/evergrant`, { method: 'POST', body: '{}' });
  expect(forged.status).toBe(400);
});
