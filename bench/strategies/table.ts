import { type Score } from './score/score';

const COLUMNS: Record<string, (score: Score) => number | string | null> = {
  lost: (score) => score.lostWhileRefreshable,
  false: (score) => score.falseReconnectRequests,
  'failed uses': (score) => score.avoidableFailedUses,
  'min p50': (score) => score.minutesToRecovery.p50,
  'min p99': (score) => score.minutesToRecovery.p99,
  'refreshes/y': (score) => score.refreshesPerYearAlive,
  dup: (score) => score.duplicateRefreshes,
  'peak/s': (score) => score.peakRefreshesPerSecond,
  'told once': (score) => score.toldExactlyOnce,
  'notices/inc': (score) => score.noticesPerIncident,
  alive: (score) => score.alive,
};

/** The scores of all contestants, for people. */
export function tableOf(results: readonly { name: string; score: Score }[]): string {
  const rows = [
    ['', ...Object.keys(COLUMNS)],
    ...results.map(({ name, score }) => [
      name,
      ...Object.values(COLUMNS).map((read) => (read(score) ?? '–').toLocaleString('en')),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
