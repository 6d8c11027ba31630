import { type Call } from '../../../test/soak/journal';
import { type Seen } from '../world/seen';
import { type AccountStory, falseRequests, minutesToRecovery, noticesPerIncident } from './account-story';
import { avoidable, countUses, noUses } from './failed-uses';
import { type GrantLife, type Why, grantsOf, troublesOf } from './grants';
import { type Year } from '../simulate';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
/** What nobody can help: Instagram answers nobody, or nothing of ours runs. */
const AWAY = ['provider_down', 'app_blocked', 'database_down', 'workers_down'];
const SHOWN = 5;
const REFRESH = '/refresh_access_token';

export type Score = ReturnType<typeof scoreOf>;

/**
 * Every score of a year, from the provider's ledger and from what people saw. Knows nothing of how any contestant works.
 * Rates are per year in which a connection was alive: who never refreshes makes no calls, and keeps nothing alive.
 */
export function scoreOf({ entries, seen, to }: Year) {
  const grants = grantsOf(entries, seen, to);
  const calls = entries.filter((entry): entry is Call => entry.kind === 'call');
  const callsOf = groupBy(calls);
  const seenOf = groupBy([...seen].sort((a, b) => a.at - b.at));
  const stories = [...grants].map(([account, lives]): AccountStory => ({
    ...{ grants: lives, seen: seenOf.get(account) ?? [], calls: callsOf.get(account) ?? [] },
  }));
  const away = troublesOf(entries, to, AWAY);
  const uses = noUses();
  for (const story of stories) countUses(story, away, uses);
  const all = [...grants.values()].flat();
  const ended = (why: Why) => all.flatMap(({ deaths }) => deaths).filter((death) => death.why === why).length;
  const refreshes = calls.filter(({ path }) => path === REFRESH);
  const minutes = stories.flatMap((story) => minutesToRecovery(story, to)).sort((a, b) => a - b);
  const notices = stories.flatMap(noticesPerIncident);
  const falsely = stories.flatMap((story) =>
    falseRequests(story).map((at) => ({ account: story.grants[0]!.account, at: new Date(at).toISOString() })),
  );
  const losses = all.flatMap(({ account, deaths }) =>
    deaths
      .filter(({ why }) => why === 'lost' || why === 'dropped')
      .map(({ why, from }) => ({ account, at: new Date(from).toISOString(), why })),
  );
  const years = aliveMs(all) / YEAR_MS;
  const connectedYears = all.reduce((sum, one) => sum + one.to - one.from, 0) / YEAR_MS;
  const noticed = (asks: string) =>
    seen.filter((one: Seen) => one.kind === 'notice' && one.asks === asks).length;
  return {
    lostWhileRefreshable: ended('lost') + ended('dropped'),
    falseReconnectRequests: falsely.length,
    avoidableFailedUses: avoidable(uses),
    minutesToRecovery: {
      p50: quantile(minutes, 0.5),
      p99: quantile(minutes, 0.99),
      incidents: minutes.length,
    },
    refreshesPerYearAlive: round(refreshes.length / years, 2),
    duplicateRefreshes: stories.reduce((sum, story) => sum + duplicates(story.calls), 0),
    peakRefreshesPerSecond: peak(refreshes),
    toldExactlyOnce: share(notices, (count) => count === 1),
    noticesPerIncident: notices.length === 0 ? null : round(sum(notices) / notices.length, 2),
    alive: round(years / connectedYears, 4),
    grants: {
      ...{
        granted: all.length,
        endedByOwner: ended('owner'),
        lost: ended('lost'),
        dropped: ended('dropped'),
      },
      ...{ unavoidable: ended('outages'), answerLost: ended('answer lost') },
    },
    /** Some, to look at. */
    cases: { losses: losses.slice(0, SHOWN), falsely: falsely.slice(0, SHOWN) },
    uses,
    refreshes: refreshes.length,
    notices: {
      reminders: noticed('reminder'),
      warnings: noticed('warning'),
      nobodyTold: share(notices, (n) => n === 0),
    },
  };
}

/** Calls for a refresh within a day of one that had worked, and of whose answer the product knew. */
function duplicates(calls: readonly Call[]): number {
  let workedAt = -Infinity;
  let count = 0;
  for (const { path, at, gave, delivered } of calls) {
    if (path !== REFRESH) continue;
    if (at - workedAt < DAY_MS) count += 1;
    if (gave && delivered) workedAt = at;
  }
  return count;
}

function peak(refreshes: readonly Call[]): number {
  const perSecond = new Map<number, number>();
  for (const { at } of refreshes) {
    const second = Math.floor(at / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  return [...perSecond.values()].reduce((most, count) => Math.max(most, count), 0);
}

function aliveMs(grants: readonly GrantLife[]): number {
  return sum(
    grants.map(({ from, to, deaths }) => {
      const dead = deaths.map((death) => Math.max(0, Math.min(death.to, to) - death.from));
      return to - from - sum(dead);
    }),
  );
}

function groupBy<T extends { account: string | null }>(list: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const group = groups.get(one.account ?? '');
    if (group) group.push(one);
    else groups.set(one.account ?? '', [one]);
  }
  return groups;
}

function quantile(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? null : round(value, 1);
}

const share = (list: readonly number[], holds: (one: number) => boolean): number | null =>
  list.length === 0 ? null : round(list.filter(holds).length / list.length, 4);
const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);
const round = (value: number, digits: number): number => Number(value.toFixed(digits));
