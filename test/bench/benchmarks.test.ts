import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Document, isMet } from '../../bench/measure';
import { pageOf } from '../../bench/page';
import { THEME_NAMES, drawn, fileOf, plotsOf } from '../../bench/plots';
import { EVERGRANT, FIGURES } from '../../bench/rivals/contest';
import { redisServer } from '../../bench/rivals/redis';
import { rivalsSection } from '../../bench/rivals/section';

const run = promisify(execFile);
const ROOT = join(__dirname, '..', '..');
const results = (name: string) => JSON.parse(readFileSync(join(ROOT, 'bench', 'results', name), 'utf8'));

const CONTESTANTS = [
  ...['pg loop', 'pg-boss', 'Graphile Worker'],
  ...(redisServer() ? ['BullMQ'] : []),
  ...['Temporal alone', EVERGRANT],
];
const contestantsOf = ({ figures }: Document['benchmarks'][number]) => [
  ...new Set(figures.flatMap(({ of }) => of ?? [])),
];

test.each([
  'requests',
  'costs',
  'due',
  'rewrap',
  'sandbox',
  'rivals',
  'growth',
  'storms',
  'catch-up',
  'bulk',
  'moving',
])(
  'the benchmark %s still runs',
  async (name) => {
    const args = ['-r', 'tsx/cjs', 'bench/run.ts', '--smoke', '--only', name, '--json'];
    const { stdout } = await run(process.execPath, args, { cwd: ROOT });
    const { benchmarks } = JSON.parse(stdout) as Document;
    expect(benchmarks.map((benchmark) => benchmark.name)).toEqual([name]);
    for (const { value } of benchmarks[0]!.figures) expect(value).toBeGreaterThanOrEqual(0);
    if (name === 'rivals') expect(contestantsOf(benchmarks[0]!)).toEqual(CONTESTANTS);
  },
  300_000,
);

if (!redisServer())
  test.skip('BullMQ is among the rivals: no redis-server here (apt-get install redis-server)', () =>
    undefined);

test('the page says by how much Temporal and Evergrant are behind the best queue', () => {
  const figuresOf = (of: string, value: number) =>
    Object.values(FIGURES).map((what) => ({ of, what, value, unit: 's' }));
  const { rows, sentences } = rivalsSection([
    ...[...figuresOf('pg loop', 20), ...figuresOf('pg-boss', 10)],
    ...[...figuresOf('Temporal alone', 5), ...figuresOf(EVERGRANT, 40)],
    { of: EVERGRANT, what: 'refreshes on request', value: 7, unit: 'a second' },
    {
      ...{ what: 'beside the best', value: 4, unit: 'a second', beside: { what: 'pg loop', value: 20 } },
      ratio: { value: 0.2, how: '' },
      wanted: { is: 'at least', value: 0.5, of: 'ratio' },
    },
  ]);
  expect(rows.map(([name]) => name)).toEqual(['pg loop', 'pg-boss', 'Temporal alone', EVERGRANT]);
  expect(sentences).toEqual([
    expect.stringContaining('BullMQ is missing'),
    expect.stringContaining('a ratio of 0.2. The aim is at least 0.5: missed.'),
    expect.stringMatching(
      /^\*\*Temporal alone\*\* refreshes 5 s.* pg loop, 20 s \(4 times as many\).*5 s against 10 s with pg-boss \(0\.5 times as much\)/,
    ),
    expect.stringMatching(
      /^\*\*Evergrant\*\* refreshes 40 s.*40 s against 10 s with pg-boss \(4 times as much\)/,
    ),
    expect.stringContaining('Evergrant takes 8 times as much processor time'),
    expect.stringContaining('refreshes on request: 7 a second.'),
    expect.stringContaining('The attempt is recorded before the call.'),
  ]);
});

test('a benchmark that does not exist is named', async () => {
  const args = ['-r', 'tsx/cjs', 'bench/run.ts', '--only', 'request'];
  await expect(run(process.execPath, args, { cwd: ROOT })).rejects.toMatchObject({
    stderr:
      '--only must be one of requests, costs, due, rewrap, sandbox, rivals, growth, storms, catch-up, bulk, moving\n',
  });
});

test('docs/benchmarks.md is the page of the results that are kept', async () => {
  const page = await pageOf(results('measures.json'), results('strategies.json'));
  expect(readFileSync(join(ROOT, 'docs', 'benchmarks.md'), 'utf8')).toBe(page);
});

test('its pictures are drawn from the same results, for light and dark pages', async () => {
  const plots = plotsOf(results('measures.json'), results('strategies.json'));
  expect(plots.map(({ of }) => of)).toContain('strategies');
  for (const plot of plots)
    for (const theme of THEME_NAMES)
      expect(readFileSync(join(ROOT, 'docs', 'images', fileOf(plot.name, theme)), 'utf8')).toBe(
        await drawn(plot, theme),
      );
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
