import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { type Document, type Figure, isMet } from './measure';
import { type Plot, THEME_NAMES, drawn, fileOf, plotsOf } from './plots';
import { rivalsSection } from './rivals/section';
import { type documentOf } from './strategies/document';

const RESULTS = join(__dirname, 'results');
const DOCS = join(__dirname, '..', 'docs');

/** Writes docs/benchmarks.md and its pictures from the results that are kept in `bench/results`. */
export async function writePage(): Promise<void> {
  const [measured, strategies] = [read('measures.json') as Document, read('strategies.json') as Strategies];
  writeFileSync(join(DOCS, 'benchmarks.md'), await pageOf(measured, strategies));
  for (const plot of plotsOf(measured, strategies))
    for (const theme of THEME_NAMES)
      writeFileSync(join(DOCS, 'images', fileOf(plot.name, theme)), await drawn(plot, theme));
}

type Strategies = Omit<ReturnType<typeof documentOf>, 'results'>;

export function pageOf(measured: Document, strategies: Strategies): Promise<string> {
  const { cpus, memoryGiB, platform } = measured.machine;
  const { connections, days, seed } = strategies.options;
  const plots = plotsOf(measured, strategies);
  const pictures = (of: string) => plots.filter((plot) => plot.of === of).map(pictureOf);
  const text = `# Benchmarks

Made by \`${measured.command}\` and \`${strategies.command}\` on ${cpus} cores with ${memoryGiB} GiB (${platform}, Node ${measured.versions.node}). PostgreSQL, Temporal's development server, the Instagram simulator, the API and one worker share those cores, and so does the program that measures. Times depend on the machine. Compare ratios.

## What it costs and how fast it is

${measured.benchmarks.map((one) => [one.about, ...pictures(one.name), shownOf(one)].join('\n\n')).join('\n\n')}

## A simulated year against eight other strategies

${connections} connections live through ${days} days, once with Evergrant's real workflow code and once with each of eight other ways of keeping tokens alive. All meet the same owners, users and outages (seed ${seed}). One scorer judges them by what the provider and the people saw. Bold: nobody is better.

${pictures('strategies').join('\n\n')}

${strategyTable(strategies)}

What the rows mean:

${strategies.measures.map(({ name, says, best }) => `- **${name}** (${best} is best): ${says}.`).join('\n')}
`;
  return format(text, { parser: 'markdown' });
}

function shownOf(benchmark: Document['benchmarks'][number]): string {
  const { name, figures } = benchmark;
  if (name !== 'rivals') return figures.every(({ of }) => of) ? comparisonOf(figures) : tableOf(figures);
  const { head, rows, sentences } = rivalsSection(figures);
  return [markdown(head, rows), ...sentences].join('\n\n');
}

/** A column for each of those that do the same. */
function comparisonOf(figures: readonly Figure[]): string {
  const columns = [...new Set(figures.map(({ of }) => of))];
  const rows = [...new Set(figures.map(({ what }) => what))].map((what) => {
    const row = figures.filter((figure) => figure.what === what);
    const cells = columns.map((of) => {
      const figure = row.find((one) => one.of === of);
      return figure ? `${figure.value.toLocaleString('en')} ${figure.unit}` : '';
    });
    const [wanted] = row.flatMap((figure) => figure.wanted ?? []);
    const isReached = row.every((figure) => isMet(figure) !== false);
    const aim = wanted ? `${wanted.is} ${wanted.value}: ${isReached ? 'reached' : 'missed'}` : '';
    return [what, ...cells, aim];
  });
  return markdown(['What', ...columns.map(String), 'Aim'], rows);
}

function pictureOf({ name, alt }: Plot): string {
  const [light, dark] = [fileOf(name, 'light'), fileOf(name, 'dark')];
  return `<picture><source media="(prefers-color-scheme: dark)" srcset="images/${dark}"><img src="images/${light}" alt="${alt}"></picture>`;
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
