import { View, parse } from 'vega';
import { type Config, type TopLevelSpec, compile } from 'vega-lite';
import { type Document, type Figure } from './measure';
import { EVERGRANT, FIGURES } from './rivals/contest';
import { type documentOf } from './strategies/document';

type Strategies = Pick<ReturnType<typeof documentOf>, 'measures'>;

/** A picture of docs/benchmarks.md, drawn once for each colour scheme. */
export interface Plot {
  name: string;
  /** The benchmark that it belongs to. */
  of: string;
  /** What it shows, for who does not see it. */
  alt: string;
  spec: TopLevelSpec;
}

const THEMES = {
  light: { text: '#1f2328', line: '#d1d9e0', own: '#0a7f5a', other: '#8c959f' },
  dark: { text: '#e6edf3', line: '#3d444d', own: '#3fb68b', other: '#7d8590' },
};
export type Theme = keyof typeof THEMES;
export const THEME_NAMES = Object.keys(THEMES) as Theme[];

export const fileOf = (name: string, theme: Theme): string => `benchmark-${name}-${theme}.svg`;

/** Only what was measured is drawn. */
export function plotsOf(measured: Document, strategies: Strategies): Plot[] {
  const figures = (name: string) => measured.benchmarks.find((one) => one.name === name)?.figures ?? [];
  return [...rivalPlots(figures('rivals')), ...growthPlots(figures('growth')), lostPlot(strategies)];
}

function rivalPlots(figures: readonly Figure[]): Plot[] {
  const draw = (what: string, name: string, alt: string): Plot => ({
    ...{ of: 'rivals', name, alt },
    spec: bars(
      figures.flatMap((figure) =>
        figure.what === what ? [{ who: figure.of ?? '', value: figure.value }] : [],
      ),
      `${what}, ${figures.find((figure) => figure.what === what)?.unit}`,
    ),
  });
  if (figures.length === 0) return [];
  return [
    draw(FIGURES.rate, 'rivals-rate', 'Refreshes a second by each way of running the same job'),
    draw(FIGURES.cpu, 'rivals-cpu', 'Processor time of 1,000 refreshes by each way of running the same job'),
  ];
}

/** One small picture per figure, all over the number of connections. */
function growthPlots(figures: readonly Figure[]): Plot[] {
  if (figures.length === 0) return [];
  const values = figures.map(({ of = '', what, unit, value }) => ({
    ...{ connections: Number(of.replace(/\D/g, '')), value },
    what: `${what}, ${unit}`,
  }));
  return [
    {
      ...{ of: 'growth', name: 'growth' },
      alt: 'What grows with the number of connections, and what does not',
      spec: {
        data: { values },
        facet: { field: 'what', type: 'nominal', columns: 3, title: null, sort: null },
        columns: 3,
        resolve: { scale: { y: 'independent' } },
        spec: {
          ...{ width: 190, height: 110 },
          mark: { type: 'line', point: true },
          encoding: {
            x: {
              ...{ field: 'connections', type: 'quantitative', scale: { type: 'log' }, title: 'connections' },
              axis: { grid: false, values: [100, 1_000, 10_000, 50_000], format: '~s' },
            },
            y: { field: 'value', type: 'quantitative', title: null, scale: { zero: true } },
            color: { value: 'own' },
          },
        },
      } as TopLevelSpec,
    },
  ];
}

function lostPlot({ measures }: Strategies): Plot {
  const { figures } = measures.find(({ name }) => name === 'lost')!;
  const values = Object.entries(figures).map(([who, value]) => ({ who, value: Number(value) }));
  return {
    ...{ of: 'strategies', name: 'lost' },
    alt: 'Connections lost in the year by each strategy',
    spec: bars(values, 'lost although they could have been refreshed'),
  };
}

function bars(values: { who: string; value: number }[], title: string): TopLevelSpec {
  return {
    ...{ width: 460, height: { step: 22 } },
    data: { values: values.map((one) => ({ ...one, isOwn: one.who === EVERGRANT })) },
    encoding: {
      y: { field: 'who', type: 'nominal', sort: null, title: null, axis: { labelLimit: 300 } },
      x: { field: 'value', type: 'quantitative', title },
    },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          color: {
            field: 'isOwn',
            type: 'nominal',
            scale: { domain: [false, true], range: ['other', 'own'] },
            legend: null,
          },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4 },
        encoding: { text: { field: 'value', type: 'quantitative', format: ',.3~r' } },
      },
    ],
  };
}

/** @returns SVG without a background: it stands on the page's own */
export function drawn({ spec }: Plot, theme: Theme): Promise<string> {
  const { text, line, own, other } = THEMES[theme];
  const coloured = JSON.parse(
    JSON.stringify(spec)
      .replaceAll('"own"', JSON.stringify(own))
      .replaceAll('"other"', JSON.stringify(other)),
  ) as TopLevelSpec;
  const axis = {
    labelColor: text,
    titleColor: text,
    gridColor: line,
    domainColor: line,
    tickColor: line,
    titleFontWeight: 'normal' as const,
  };
  const config: Config = {
    font: 'sans-serif',
    axis,
    view: { stroke: 'transparent' },
    text: { color: text },
    header: { labelColor: text, labelFontSize: 11 },
  };
  const { spec: vega } = compile({ ...coloured, background: 'transparent' } as TopLevelSpec, { config });
  return new View(parse(vega), { renderer: 'none' }).toSVG();
}
