/** What came of one fault: one line of the table. */
export interface Result {
  fault: string;
  at: string;
  connections: number;
  /** Connections whose token works at Instagram and is not in use, or that ended without an answer of Instagram. */
  lost: number;
  /** Refreshes beyond the one that a new version needs. */
  doubleRefreshes: number;
  /** Why what was lost or done twice could not be helped, if so. */
  unavoidable: string | null;
  /** From the fault's end (a kill, or the way back being there) until all is as it was. */
  secondsUntilWell: number | null;
  /** What must not be; empty: passed. */
  wrong: string[];
}

export function table(results: readonly Result[]): string {
  const lines = results.map((result) => [
    result.wrong.length === 0 ? '✓' : '✗',
    result.fault,
    result.at,
    `${result.lost} of ${result.connections}`,
    String(result.doubleRefreshes),
    result.secondsUntilWell === null ? '—' : result.secondsUntilWell.toFixed(1),
    [...result.wrong, ...(result.unavoidable ? [`unavoidable: ${result.unavoidable}`] : [])].join('; '),
  ]);
  const rows = [['', 'fault', 'at', 'lost', 'double refreshes', 'seconds until well', ''], ...lines];
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
