import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { type Document, type Figure, isMet } from './measure';
import { rivalsSection } from './rivals/section';
import { type documentOf } from './strategies/document';

const RESULTS = join(__dirname, 'results');
const PAGE = join(__dirname, '..', 'docs', 'benchmarks.md');

/** Writes docs/benchmarks.md from the results that are kept in `bench/results`. */
export async function writePage(): Promise<void> {
  writeFileSync(PAGE, await pageOf(read('measures.json') as Document, read('strategies.json') as Strategies));
}

type Strategies = Omit<ReturnType<typeof documentOf>, 'results'>;

export function pageOf(measured: Document, strategies: Strategies): Promise<string> {
  const { cpus, memoryGiB, platform } = measured.machine;
  const { connections, days, seed } = strategies.options;
  const text = `# Benchmarks

Made by \`${measured.command}\` and \`${strategies.command}\` on ${cpus} cores with ${memoryGiB} GiB (${platform}, Node ${measured.versions.node}). PostgreSQL, Temporal's development server, the Instagram simulator, the API and one worker share those cores, and so does the program that measures. Times depend on the machine. Compare ratios.

## What it costs and how fast it is

${measured.benchmarks.map((benchmark) => `${benchmark.about}\n\n${shownOf(benchmark)}`).join('\n\n')}

## A simulated year against eight other strategies

${connections} connections live through ${days} days, once with Evergrant's real workflow code and once with each of eight other ways of keeping tokens alive. All meet the same owners, users and outages (seed ${seed}). One scorer judges them by what the provider and the people saw. Bold: nobody is better.

${strategyTable(strategies)}

What the rows mean:

${strategies.measures.map(({ name, says, best }) => `- **${name}** (${best} is best): ${says}.`).join('\n')}
`;
  return format(text, { parser: 'markdown' });
}

function shownOf(benchmark: Document['benchmarks'][number]): string {
  if (benchmark.name !== 'rivals') return tableOf(benchmark.figures);
  const { head, rows, sentences } = rivalsSection(benchmark.figures);
  return [markdown(head, rows), ...sentences].join('\n\n');
}

function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, value, unit, beside, ratio } = figure;
    return [
      what,
      `${value} ${unit}`,
      beside ? `${beside.what}: ${beside.value} ${unit}` : '',
      ratio ? `${ratio.value}: ${ratio.how}` : '',
      wantedOf(figure),
    ];
  });
  return markdown(['What', 'Measured', 'Beside it', 'Ratio', 'Aim'], rows);
}

function wantedOf(figure: Figure): string {
  const { wanted } = figure;
  if (!wanted) return '';
  return `${wanted.is} ${wanted.value}${wanted.of === 'ratio' ? ' (ratio)' : ''}: ${isMet(figure) ? 'reached' : 'missed'}`;
}

function strategyTable({ measures }: Strategies): string {
  const contestants = Object.keys(measures[0]!.figures);
  const rows = measures.map(({ name, figures, first }) => [
    name,
    ...contestants.map((contestant) => {
      const figure = figures[contestant];
      const shown =
        typeof figure !== 'number' ? '' : figure.toLocaleString('en', { maximumFractionDigits: 3 });
      return first.includes(contestant) ? `**${shown}**` : shown;
    }),
  ]);
  return markdown(['', ...contestants], rows);
}

function markdown(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(RESULTS, name), 'utf8'));
}
