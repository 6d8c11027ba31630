import { type Deployment } from './deployment';
import { type Figure, rounded } from './measure';

/** What one kind of work has used of everything, before and after. */
interface Used {
  cpuMs: Record<string, number>;
  statements: number;
  rows: number;
  walBytes: number;
}

/** What everything has used so far. `pg_stat_statements` must be there. */
export async function usedBy(
  { pool, serversCpuMs }: Deployment,
  processes: Record<string, { cpuMs(): number }>,
): Promise<Used> {
  const { rows } = await pool.query<{ statements: string; rows: string; wal: string }>(
    `select sum(calls) as statements, sum(rows) filter (where query !~* '^select') as rows,
       pg_current_wal_lsn() - '0/0' as wal from pg_stat_statements`,
  );
  const own = Object.entries(processes).map(([name, process]) => [name, process.cpuMs()]);
  return {
    cpuMs: { ...Object.fromEntries(own), ...serversCpuMs() },
    statements: Number(rows[0]!.statements),
    rows: Number(rows[0]!.rows),
    walBytes: Number(rows[0]!.wal),
  };
}

/** What was used between the two, for each of `count`. */
export function usageOf(before: Used, after: Used, count: number): Figure[] {
  const per = (what: string, of: (used: Used) => number, unit: string): Figure => ({
    what,
    value: rounded((of(after) - of(before)) / count),
    unit,
  });
  const processes = Object.keys(after.cpuMs);
  return [
    per(
      'processor time, all processes',
      ({ cpuMs }) => Object.values(cpuMs).reduce((a, b) => a + b, 0),
      'ms',
    ),
    ...processes.map((name) => per(`processor time, ${name}`, ({ cpuMs }) => cpuMs[name]!, 'ms')),
    per('statements', ({ statements }) => statements, ''),
    per('rows written', ({ rows }) => rows, ''),
    per('bytes of write-ahead log', ({ walBytes }) => walBytes, 'bytes'),
  ];
}
