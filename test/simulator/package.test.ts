import { execFile, spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPacked } from '../support/packed';
import { afterwards } from '../support/temporary-folder';

const run = promisify(execFile);
const NAME = 'evergrant-instagram-simulator';
let project: string;
beforeAll(async () => {
  ({ project } = await installPacked(NAME));
}, 180_000);

test('it comes alone, and runs as a command', async () => {
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(installed).toEqual([NAME]);
  const child = spawn(join(project, 'node_modules/.bin', NAME), ['--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterwards(() => child.kill('SIGKILL'));
  const said = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text))),
  );
  const url = /http:\S+/.exec(said)![0];
  const made = await fetch(`${url}/_sim/accounts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"username":"shop"}',
  });
  expect(await made.json()).toMatchObject({ username: 'shop', state: 'not_connected' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});

test.each([
  ['mjs', `import { runSimulator } from '${NAME}';`],
  ['cjs', `const { runSimulator } = require('${NAME}');`],
])('a test (.%s) runs it within its own process', async (extension, loading) => {
  const file = join(project, `own.${extension}`);
  writeFileSync(
    file,
    `${loading}
    (async () => {
      const { simulator, url, close } = await runSimulator({ port: 0 });
      simulator.addAccount({ username: 'shop' });
      const before = simulator.clock.now();
      simulator.clock.advance(1000);
      const { now } = await (await fetch(url + '/_sim/clock')).json();
      console.log(simulator.accounts().length, Date.parse(now) - before >= 1000 || now - before >= 1000);
      await close();
    })();`,
  );
  expect((await run(process.execPath, [file])).stdout).toBe('1 true\n');
});
