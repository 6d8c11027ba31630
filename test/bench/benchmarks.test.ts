import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Document, isMet } from '../../bench/measure';
import { pageOf } from '../../bench/page';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..');
const results = (name: string) => JSON.parse(readFileSync(join(ROOT, 'bench', 'results', name), 'utf8'));

test.each(['requests', 'costs', 'due', 'rewrap', 'sandbox', 'growth', 'storms', 'catch-up'])(
  'the benchmark %s still runs',
  async (name) => {
    const args = ['-r', 'tsx/cjs', 'bench/run.ts', '--smoke', '--only', name, '--json'];
    const { stdout } = await run(process.execPath, args, { cwd: ROOT });
    const { benchmarks } = JSON.parse(stdout) as Document;
    expect(benchmarks.map((benchmark) => benchmark.name)).toEqual([name]);
    for (const { value } of benchmarks[0]!.figures) expect(value).toBeGreaterThanOrEqual(0);
  },
  120_000,
);

test('a benchmark that does not exist is named', async () => {
  const args = ['-r', 'tsx/cjs', 'bench/run.ts', '--only', 'request'];
  await expect(run(process.execPath, args, { cwd: ROOT })).rejects.toMatchObject({
    stderr: '--only must be one of requests, costs, due, rewrap, sandbox, growth, storms, catch-up\n',
  });
});

test('docs/benchmarks.md is the page of the results that are kept', async () => {
  const page = await pageOf(results('measures.json'), results('strategies.json'));
  expect(readFileSync(join(ROOT, 'docs', 'benchmarks.md'), 'utf8')).toBe(page);
});

test.each([
  ['at most', 2, 2, true],
  ['at most', 2, 2.1, false],
  ['at least', 2, 2, true],
  ['at least', 2, 1.9, false],
] as const)('%s %d: %d is %s', (is, wanted, value, met) => {
  const figure = { what: '', unit: '', wanted: { is, value: wanted, of: 'value' as const } };
  expect(isMet({ ...figure, value })).toBe(met);
  expect(
    isMet({ ...figure, value: -1, ratio: { value, how: '' }, wanted: { ...figure.wanted, of: 'ratio' } }),
  ).toBe(met);
});
