import { setTimeout as pause } from 'node:timers/promises';
import { SECOND_MS } from '../../core/time';
import { until } from '../../test/support/until';
import { type Figure, percentile, rounded } from '../measure';
import { type RemoteSimulator } from '../remote-simulator';

/** Who keeps tokens alive, with one connection for each account. */
export interface Contestant {
  name: string;
  /** How long it needs at most to put one connection to sleep. */
  msToSchedule: number;
  /** Lets each connection, by its place, sleep until its instant (epoch ms); resolves when all do. */
  schedule(instants: readonly number[]): Promise<void>;
  /** How many of the connections have been refreshed and stored. */
  refreshed(): Promise<number>;
  /** The processor time so far of all who take part but Instagram, in ms. */
  cpuMs(): number;
  /** What it has put on disk or in memory since before it knew any connection, in bytes. */
  keptBytes(): Promise<number>;
}

export const EVERGRANT = 'Evergrant';

/** By what name each figure appears, in the order of the columns. */
export const FIGURES = {
  rate: 'refreshes',
  p50: 'start lag p50',
  p99: 'start lag p99',
  alone: 'start lag of one alone, p50',
  cpu: 'processor time per 1,000',
  bytes: 'kept of a sleeping connection',
} as const;

export interface Course {
  /** So many are due one by one before the rest is due at one instant. */
  alone: number;
  /** Time to put everything to sleep beyond what each connection takes, and to rest between the two. */
  pauseMs: number;
  /** Whether the figures count: then everything must sleep before the first is due. */
  isMeasured: boolean;
}

const ALONE_EVERY_MS = 370;

/** Lets everything be due, and looks at Instagram's ledger for when each call arrived. @param accounts their ids, by place */
export async function compete(
  contestant: Contestant,
  simulator: RemoteSimulator,
  accounts: readonly string[],
  { alone: aloneFirst, pauseMs, isMeasured }: Course,
  progress: (line: string) => void,
): Promise<Figure[]> {
  const { name, schedule, refreshed, cpuMs, keptBytes, msToSchedule } = contestant;
  const crowd = accounts.length - aloneFirst;
  const firstAt = Date.now() + pauseMs + accounts.length * msToSchedule;
  const crowdAt = firstAt + aloneFirst * ALONE_EVERY_MS + pauseMs;
  const instants = accounts.map((_, n) => (n < aloneFirst ? firstAt + n * ALONE_EVERY_MS : crowdAt));
  const since = await simulator.call('lastRequest');
  await schedule(instants);
  if (isMeasured && Date.now() > firstAt)
    throw new Error(`${name}: due before all connections slept. This machine is too slow.`);
  const bytes = await keptBytes();
  await pause(Math.max(0, crowdAt - Date.now() - 100));
  const cpuBefore = cpuMs();
  await until(async () => (await refreshed()) === accounts.length, {
    ...{ timeoutMs: 1_800_000, everyMs: 100, what: `${name} has refreshed all` },
  });
  const seconds = (Date.now() - crowdAt) / SECOND_MS;
  const cpuSeconds = (cpuMs() - cpuBefore) / SECOND_MS;
  const lags = await lagsOf(simulator, since, new Map(accounts.map((account, n) => [account, instants[n]!])));
  if (lags.length !== accounts.length)
    throw new Error(`${name}: ${lags.length} of ${accounts.length} called`);
  progress(`${name}: ${rounded(crowd / seconds)} a second`);
  const figure = (what: string, value: number, unit: string): Figure => ({
    ...{ of: name, what, value: rounded(value), unit },
  });
  const [alone, together] = [lags.slice(0, aloneFirst), lags.slice(aloneFirst)];
  return [
    figure(FIGURES.rate, crowd / seconds, 'a second'),
    figure(FIGURES.p50, percentile(together, 50) / SECOND_MS, 's'),
    figure(FIGURES.p99, percentile(together, 99) / SECOND_MS, 's'),
    figure(FIGURES.alone, percentile(alone, 50), 'ms'),
    figure(FIGURES.cpu, (cpuSeconds * 1_000) / crowd, 's'),
    figure(FIGURES.bytes, bytes / accounts.length / 1_024, 'KiB'),
  ];
}

/** Ms from the instant at which each account was due until its refresh reached Instagram, in the order of `due`. */
async function lagsOf(
  simulator: RemoteSimulator,
  since: number,
  due: ReadonlyMap<string, number>,
): Promise<number[]> {
  const aheadMs = await simulator.call('aheadMs');
  const arrived = new Map<string | null, number>();
  for (const { path, account, at } of await simulator.call('requests', since))
    if (path === '/refresh_access_token' && !arrived.has(account))
      arrived.set(account, Date.parse(at) - aheadMs);
  return [...due].flatMap(([account, at]) => Math.max(0, arrived.get(account)! - at) || 0);
}
