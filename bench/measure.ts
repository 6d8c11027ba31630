import { SECOND_MS } from '../core/time';
import { until } from '../test/support/until';
import { type Deployment } from './deployment';
import { type MeasuredOn } from './machine';

/** One figure, beside what it is compared with in the same run. */
export interface Figure {
  /** Whose it is, where several do the same. */
  of?: string;
  what: string;
  value: number;
  unit: string;
  /** The floor, or what people would use instead. */
  beside?: { what: string; value: number };
  /** `value` in relation to `beside`, or to what `how` says. */
  ratio?: { value: number; how: string };
  wanted?: { is: 'at most' | 'at least'; value: number; of: 'value' | 'ratio' };
}

/** How much is measured: `smoke` only shows that a benchmark still runs. */
export type Size = 'full' | 'smoke';

export interface Benchmark {
  name: string;
  /** One sentence: what is measured, and how. */
  about: string;
  /** It takes many minutes: measured by name or with `--all`. */
  isLong?: boolean;
  run(size: Size, progress: (line: string) => void): Promise<Figure[]>;
}

/** What `bench/results/measures.json` holds. */
export interface Document extends MeasuredOn {
  command: string;
  benchmarks: { name: string; about: string; figures: Figure[] }[];
}

export function isMet({ value, ratio, wanted }: Figure): boolean | null {
  if (!wanted) return null;
  const found = wanted.of === 'ratio' ? (ratio?.value ?? NaN) : value;
  return wanted.is === 'at most' ? found <= wanted.value : found >= wanted.value;
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? NaN;
}

/** How late what was due at one instant began. */
export function lagFigures(what: string, lagsMs: readonly number[]): Figure[] {
  const figure = (percent: number): Figure => ({
    what: `${what}, p${percent}`,
    value: rounded(percentile(lagsMs, percent) / SECOND_MS),
    unit: 's',
  });
  return [figure(50), figure(99)];
}

export async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/**
 * Times several ways by turns, so that what else the machine does meets all of them alike.
 * @returns the medians, in ms
 */
export async function sideBySide<Name extends string>(
  ways: Record<Name, (n: number) => Promise<unknown>>,
  { rounds, warmUp = Math.ceil(rounds / 10) }: { rounds: number; warmUp?: number },
): Promise<Record<Name, number>> {
  const names = Object.keys(ways) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let n = 0; n < warmUp + rounds; n++)
    for (const name of names) {
      const ms = await timed(() => ways[name](n));
      if (n >= warmUp) times[name].push(ms);
    }
  return Object.fromEntries(names.map((name) => [name, percentile(times[name], 50)])) as Record<Name, number>;
}

/** @param calls with their instants, in ISO 8601 */
export function mostPerSecond(calls: readonly { at: string }[]): number {
  const perSecond = new Map<string, number>();
  for (const { at } of calls) {
    const second = at.slice(0, 19);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  return Math.max(0, ...perSecond.values());
}

/** Works through a list, so many at a time. @returns how long each took, in ms, and all together */
export async function atOnce<T>(
  items: readonly T[],
  width: number,
  act: (item: T) => Promise<unknown>,
): Promise<{ each: number[]; seconds: number }> {
  const each: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) each.push(await timed(() => act(items[at]!)));
  };
  await Promise.all(Array.from({ length: width }, lane));
  return { each, seconds: (performance.now() - startedAt) / 1_000 };
}

export const rounded = (value: number, digits = 3): number => Number(value.toPrecision(digits));

/** Lifecycles run and have set their timers. */
export async function asleep(
  { pool }: Pick<Deployment, 'pool'>,
  count: number,
  timeoutMs = 600_000,
): Promise<void> {
  const isAsleep = async () => {
    const { rows } = await pool.query<{ count: string }>(
      'select count(*) from integrations where lifecycle_revision = revision',
    );
    return Number(rows[0]!.count) >= count;
  };
  await until(isAsleep, { timeoutMs, everyMs: 250, what: `${count} lifecycles sleep` });
}
