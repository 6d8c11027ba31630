import { MEASURES, firstOf } from './score/measures';
import { type Score } from './score/score';

/** The scores of all contestants, for people; an asterisk marks those that nobody beats. */
export function tableOf(results: readonly { name: string; score: Score }[]): string {
  const first = MEASURES.map((measure) => firstOf(measure, results));
  const rows = [
    ['', ...MEASURES.map(({ name }) => name)],
    ...results.map(({ name, score }) => [
      name,
      ...MEASURES.map(({ read }, column) => {
        const figure = (read(score) ?? '–').toLocaleString('en', { maximumFractionDigits: 4 });
        return first[column]!.includes(name) ? `${figure}*` : figure;
      }),
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
