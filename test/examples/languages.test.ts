import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DAY_MS } from '../../core/time';
import { API_KEY, type TestApi, useApi } from '../support/api';
import { mavenCompile } from '../support/maven';
import { pipInstall } from '../support/pip';
import { published } from '../support/servers';
import { type Stack } from '../support/stack';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..');
const PYTHON = join(ROOT, 'examples', 'python');

let stack: Stack;
let api: TestApi;
useApi((started) => ({ stack, api } = started));
afterEach(() => stack.calm());

const settings = () => ({
  ...process.env,
  EVERGRANT_URL: api.url,
  EVERGRANT_API_KEY: API_KEY,
  INSTAGRAM_GRAPH_URL: stack.simulatorUrl,
  TEMPORAL_ADDRESS: stack.temporalAddress,
  TEMPORAL_NAMESPACE: stack.client.options.namespace,
});
const refuse = (account: string, times: number) =>
  stack.simulator.addFault({ match: { path: '/me', account }, times, error: { code: 190 }, status: 400 });

async function connected(username: string) {
  const row = await stack.connect(username);
  await stack.travel.advance(3 * DAY_MS);
  stack.simulator.receive(username, { text: 'Is it still there?' });
  return row;
}

/** The ways of one language to run its examples. */
interface Language {
  profile(id: string): Promise<string>;
  report(id: string, version: number): Promise<string>;
  worker(id: string): Promise<string>;
}

/** The call that a caller makes, and Evergrant's probe: dead to both until it is refreshed. */
async function showsProfile({ profile }: Language, username: string) {
  const { id } = await connected(username);
  refuse(username, 2);
  expect(await profile(id)).toBe(username);
  expect(stack.refreshCalls(username)).toBe(1);
}

async function reports({ report }: Language, username: string) {
  const { id, version } = await connected(username);
  refuse(username, 1);
  expect(await report(id, version)).toMatch(/^(refreshed|stale_version)/);
  expect((await stack.row(id)).version).toBe(version + 1);
  expect(stack.refreshCalls(username)).toBe(1);
}

/** Two activities from a workflow of the language. The second meets a 190, and is repeated with the fresh token. */
async function readsConversations({ worker }: Language, username: string) {
  const { id } = await connected(username);
  const match = { path: '/me/conversations', account: username };
  stack.simulator.addFault({ match, times: 1, error: { code: 190 }, status: 400 });
  expect(await worker(id)).toMatch(new RegExp(`^${username} has [1-9]\\d* conversation`, 'm'));
}

/** Tests of a language; skipped, with the reason in their name, where a tool of it is missing. */
function describeWith(language: string, tools: string[], tests: () => void): void {
  const missing = tools.filter((tool) => {
    const [program = '', ...options] = tool.split(' ');
    return spawnSync(program, options).status !== 0;
  });
  if (missing.length === 0) describe(language, tests);
  else describe.skip(`${language}: this fails here: ${missing.join(', ')}`, tests);
}

describe('Python', () => {
  let packages: string;
  beforeAll(async () => {
    packages = await pipInstall('python-examples', join(PYTHON, 'requirements.txt'));
  }, 180_000);

  async function python(file: string, ...args: string[]): Promise<string> {
    const env = { ...settings(), PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1' };
    return (await run('python3', [join(PYTHON, file), ...args], { env })).stdout.trim();
  }
  const language: Language = {
    profile: (id) => python('profile.py', id),
    report: (id, version) => python('report.py', id, String(version)),
    worker: (id) => python('worker.py', id),
  };

  test('a call over HTTP lives through a 190', () => showsProfile(language, 'py_profile'));
  test('a report over Temporal is decided', () => reports(language, 'py_report'));
  test("a workflow of one's own reads and answers, through a 190", async () => {
    const { id } = await connected('py_worker');
    stack.simulator.addFault({
      match: { path: '/me/conversations', account: 'py_worker' },
      times: 1,
      error: { code: 190 },
      status: 400,
    });
    expect(await language.worker(id)).toMatch(/^answered \w+/);
    const sent = stack.simulator.messages('py_worker').filter(({ text }) => text === 'Thank you!');
    expect(sent).toHaveLength(1);
  });
});

describeWith('Go', ['go version'], () => {
  const programs = join(published('folder'), 'go-examples');
  beforeAll(async () => {
    // Without optimizations: built quickly.
    const fast = ['-gcflags=all=-N -l', '-ldflags=-s -w'];
    await run('go', ['build', ...fast, '-o', `${programs}/`, './...'], { cwd: join(ROOT, 'examples', 'go') });
  }, 600_000);

  const program = async (name: string, ...args: string[]) =>
    (await run(join(programs, name), args, { env: settings() })).stdout.trim();
  const language: Language = {
    profile: (id) => program('profile', id),
    report: (id, version) => program('report', id, String(version)),
    worker: (id) => program('worker', id),
  };

  test('a call over HTTP lives through a 190', () => showsProfile(language, 'go_profile'));
  test('a report over Temporal is decided', () => reports(language, 'go_report'));
  test("a workflow of one's own reads, through a 190", () => readsConversations(language, 'go_worker'));
});

describeWith('Java', ['mvn --version', 'javac --release 17 --version'], () => {
  let built: string;
  beforeAll(async () => {
    built = await mavenCompile('java-examples', join(ROOT, 'examples', 'java'));
  }, 600_000);

  async function program(name: string, ...args: string[]): Promise<string> {
    // One compiler instead of two: started quickly.
    const options = ['-XX:TieredStopAtLevel=1', '-cp', `${built}/classes:${built}/lib/*`, `example.${name}`];
    return (await run('java', [...options, ...args], { env: settings() })).stdout.trim();
  }
  const language: Language = {
    profile: (id) => program('Profile', id),
    report: (id, version) => program('Report', id, String(version)),
    worker: (id) => program('Worker', id),
  };

  test('a call over HTTP lives through a 190', () => showsProfile(language, 'java_profile'));
  test('a report over Temporal is decided', () => reports(language, 'java_report'));
  test("a workflow of one's own reads, through a 190", () => readsConversations(language, 'java_worker'));
});

test('each example is short', () => {
  for (const file of ['python/profile.py', 'python/report.py', 'python/worker.py'])
    expect(linesOf(file)).toBeLessThanOrEqual(80);
  for (const name of ['profile', 'report', 'worker'])
    expect(linesOf(`go/${name}/main.go`)).toBeLessThanOrEqual(80);
  for (const name of ['Profile', 'Report', 'Worker'])
    expect(linesOf(`java/src/main/java/example/${name}.java`)).toBeLessThanOrEqual(80);
});

function linesOf(file: string): number {
  return readFileSync(join(ROOT, 'examples', file), 'utf8')
    .trimEnd()
    .split('\n').length;
}
