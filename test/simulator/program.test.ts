import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSimulator } from '../../simulator/index';
import { readOptions } from '../../simulator/main';

const MAIN = join(__dirname, '../../simulator/main.ts');
let child: ChildProcess | undefined;

afterEach(() => child?.kill('SIGKILL'));

function start(environment: Record<string, string>): ChildProcess {
  return (child = spawn(process.execPath, ['-r', 'tsx/cjs', MAIN], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  }));
}

const firstLine = async (stream: NodeJS.ReadableStream | null) =>
  String((await once(stream!, 'data'))[0]).trim();

test('prints its address, answers with the app it was given, and ends with 0 on SIGTERM', async () => {
  const program = start({ EVERGRANT_SIMULATOR_PORT: '0', INSTAGRAM_APP_ID: '4711' });
  const url = /http:\S+/.exec(await firstLine(program.stdout))?.[0] ?? '';
  const query =
    'client_id=4711&redirect_uri=http://localhost/cb&response_type=code&scope=instagram_business_basic';
  expect((await fetch(`${url}/oauth/authorize?${query}`)).status).toBe(200);
  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([0, null]);
});

test('ends with 1 and names port and setting when the port is taken', async () => {
  const other = await runSimulator({ port: 0 });
  const program = start({ EVERGRANT_SIMULATOR_PORT: String(other.port) });
  const [message] = await Promise.all([firstLine(program.stderr), once(program, 'exit')]);
  expect(program.exitCode).toBe(1);
  expect(message).toContain(`port ${other.port}`);
  expect(message).toContain('EVERGRANT_SIMULATOR_PORT');
  await other.close();
});

test('flags override settings, empty ones count as absent, and a secret may be in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-simulator-'));
  const file = join(folder, 'secret');
  writeFileSync(file, 's3cret\n');
  const environment = { EVERGRANT_SIMULATOR_PORT: '4010', INSTAGRAM_APP_SECRET_FILE: file };
  expect(readOptions(['--port', '4020', '--seed', 'x', '--state', 'f'], environment)).toEqual({
    port: 4020,
    appSecret: 's3cret',
    seed: 'x',
    saveTo: 'f',
  });
  expect(readOptions([], { EVERGRANT_SIMULATOR_PORT: '', INSTAGRAM_APP_ID: '' })).toEqual({});
  rmSync(folder, { recursive: true });
});

test.each([['eighty'], ['70000'], ['-1'], ['1.5'], ['tcp://10.0.0.1:4010']])(
  'refuses port "%s" by name',
  (port) => {
    expect(() => readOptions([], { EVERGRANT_SIMULATOR_PORT: port })).toThrow('EVERGRANT_SIMULATOR_PORT');
  },
);
