import { type Score } from './score';

export interface Measure {
  name: string;
  /** Which figure is the best. */
  best: 'least' | 'most';
  says: string;
  read: (score: Score) => number | null;
}

/** What contestants are compared by, in the order of its weight for the owner of a connection. */
export const MEASURES: readonly Measure[] = [
  {
    name: 'lost',
    best: 'least',
    says: 'grants that ended although they could have been refreshed: their token ran out with at least 24 hours in its life in which nothing was away, or a new token arrived and was not kept',
    read: (score) => score.lostWhileRefreshable,
  },
  {
    name: 'false requests',
    best: 'least',
    says: 'requests to reconnect while the grant was alive',
    read: (score) => score.falseReconnectRequests,
  },
  {
    name: 'failed uses',
    best: 'least',
    says: 'failed uses of a connection that another way of keeping tokens would have spared its user: the grant was alive, or lost, or dead and nobody had been told',
    read: (score) => score.avoidableFailedUses,
  },
  {
    name: 'minutes p50',
    best: 'least',
    says: 'median of the minutes from a use refused with 190 until a use went well or the owner was asked to act',
    read: (score) => score.minutesToRecovery.p50,
  },
  {
    name: 'minutes p99',
    best: 'least',
    says: 'the same, 99th percentile',
    read: (score) => score.minutesToRecovery.p99,
  },
  {
    name: 'alive',
    best: 'most',
    says: 'share of the time since its first connect in which a connection had a grant that worked',
    read: (score) => score.alive,
  },
  {
    name: 'told once',
    best: 'most',
    says: 'share of the grants that were found dead of which exactly one message told the owner, reminders apart',
    read: (score) => score.toldExactlyOnce,
  },
  {
    name: 'refreshes a year',
    best: 'least',
    says: 'refresh calls, for each year in which a connection was alive: who refreshes nothing keeps nothing alive',
    read: (score) => score.refreshesPerYearAlive,
  },
  {
    name: 'duplicates',
    best: 'least',
    says: 'refresh calls within a day of one that worked and whose answer arrived',
    read: (score) => score.duplicateRefreshes,
  },
  {
    name: 'peak',
    best: 'least',
    says: 'most refresh calls that began in one second',
    read: (score) => score.peakRefreshesPerSecond,
  },
];

/** The contestants that nobody beats in a measure. Who has no figure is not among them. */
export function firstOf(measure: Measure, results: readonly { name: string; score: Score }[]): string[] {
  const figures = results.flatMap(({ name, score }) => {
    const figure = measure.read(score);
    return figure === null ? [] : [{ name, figure }];
  });
  const all = figures.map(({ figure }) => figure);
  const best = measure.best === 'least' ? Math.min(...all) : Math.max(...all);
  return figures.filter(({ figure }) => figure === best).map(({ name }) => name);
}
