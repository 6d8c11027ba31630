import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { evergrant } from '../support/cli';
import { temporaryFolder } from '../support/temporary-folder';

const ROOT = join(__dirname, '..', '..');
const { FROM_SOURCES, bundleFor } = jest.requireActual<{
  FROM_SOURCES: string[];
  bundleFor(root: string, args: string[]): Promise<string | null>;
}>('../../cli/bundle');

/** A checkout with two sources, written a minute ago. */
function checkout() {
  const root = temporaryFolder();
  const write = (name: string, content: string, secondsAgo = 60) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
    const then = Date.now() / 1000 - secondsAgo;
    utimesSync(join(root, name), then, then);
  };
  write('package-lock.json', '{}');
  write('cli/main.ts', `import { text } from './text';\nconsole.log(text as string, process.argv[2]);`);
  write('cli/text.ts', `export const text = 'first';`);
  const run = async (...args: string[]) => {
    const file = await bundleFor(root, args);
    return file && spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' }).stdout;
  };
  return { root, write, run };
}

test('is made once, and again when a source has changed', async () => {
  const { root, write, run } = checkout();
  expect(await run('list')).toBe('first list\n');
  const made = statSync(join(root, '.cache/cli/main.cjs')).mtimeMs;
  expect(await run('fleet')).toBe('first fleet\n');
  expect(statSync(join(root, '.cache/cli/main.cjs')).mtimeMs).toBe(made);

  write('cli/text.ts', `export const text = 'other';`, 30);
  expect(await run('list')).toBe('other list\n');
  rmSync(join(root, '.cache/cli/main.cjs'));
  expect(await run('list')).toBe('other list\n');
});

test('is not kept when a source changed while it was made', async () => {
  const { write, run } = checkout();
  write('cli/text.ts', `export const text = 'early';`, -60);
  expect(await run('list')).toBe('early list\n');
  write('cli/text.ts', `export const text = 'later';`, -60);
  expect(await run('list')).toBe('later list\n');
});

test('leaves verbs with other needs, and errors in a source, to the sources', async () => {
  const { write, run } = checkout();
  expect(await run('doctor')).toBeNull();
  expect(await run('temporal', 'nexus-endpoint')).toBeNull();
  expect(await run('temporal', 'workflow', 'list')).toContain('first');
  expect(await run('doctor', '--help')).toContain('first');
  write('cli/text.ts', `export const text = ;`, 20);
  expect(await run('list')).toBeNull();
});

test('holds nothing that takes long to load', async () => {
  await bundleFor(ROOT, ['list']);
  const { inputs } = JSON.parse(readFileSync(join(ROOT, '.cache/cli/inputs.json'), 'utf8')) as {
    inputs: Record<string, string>;
  };
  expect(Object.keys(inputs)).toContain('cli/verbs/list.ts');
  expect(Object.keys(inputs).filter((name) => /node_modules\/(pg|zod|hono|pino|@)/.test(name))).toEqual([]);
});

test('verbs that load what is not bundled run from the sources', async () => {
  const { out } = await evergrant(['--help']);
  const verbs = [...out.matchAll(/^ {2}([a-z-]+) .*/gm)].map(([, verb]) => verb!);
  const folder = join(ROOT, 'cli', 'verbs');
  const loading = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .filter((source) => /from '\.\.\/load'/.test(source))
    .flatMap((source) =>
      [...source.matchAll(/program\s*\.command\('([a-z-]+)'\)/g)].map(([, verb]) => verb!),
    );
  const named = FROM_SOURCES.map((words) => words.split(' ')[0]);
  expect(verbs).toEqual(expect.arrayContaining(named));
  expect(loading.sort()).toEqual(named);
});
