import { type Pool } from 'pg';
import { type Entry, type Trouble } from './journal';
import { type Violation } from './checker/findings';
import { type Outcome } from './simulation';

const DAY_MS = 86_400_000;
const ENTRIES_SHOWN = 60;

/** The figures of one simulation, for people and programs. */
export function figuresOf(outcome: Outcome, run: { seed: number; connections: number; wallMs: number }) {
  const { entries, findings, day, refreshes, faults, kills } = outcome;
  const of = (what: Trouble) =>
    entries.filter((entry) => entry.kind === 'began' && entry.what === what).length;
  return {
    seed: run.seed,
    connections: run.connections,
    days: day,
    refreshes,
    calls: entries.filter(({ kind }) => kind === 'call').length,
    faults,
    kills,
    outages: {
      provider: of('provider_down'),
      temporal: of('temporal_down'),
      workers: of('workers_down'),
      database: of('database_down'),
      app_blocked: of('app_blocked'),
      temporal_data_lost: entries.filter(({ kind }) => kind === 'temporal_lost').length,
    },
    expired: findings.expired,
    lost: findings.lost,
    refreshedTwice: findings.refreshedTwice,
    violations: findings.violations.length,
    wallSeconds: Math.round(run.wallMs / 1_000),
  };
}

export function tableOf(figures: ReturnType<typeof figuresOf>): string {
  const lines = Object.entries(figures).map(([name, value]) => {
    const shown =
      typeof value === 'object'
        ? Object.entries(value)
            .map(([key, count]) => `${key} ${count}`)
            .join(', ') || '0'
        : value.toLocaleString('en');
    return `${name.padEnd(16)} ${shown}`;
  });
  return lines.join('\n');
}

/** A violation with what happened around it. */
export async function explain(
  violation: Violation,
  entries: readonly Entry[],
  db: Pick<Pool, 'query'>,
): Promise<string> {
  const { invariant, at, connection, account, text } = violation;
  const near = entries.filter(
    (entry) => Math.abs(entry.at - at) < 16 * DAY_MS && concerns(entry, connection, account),
  );
  const { rows } = await db.query<{ at: Date; type: string; data: object }>(
    'select at, type, data from events where integration_id = $1 order by seq desc limit 20',
    [connection],
  );
  const { rows: row } = await db.query('select * from integrations where id = $1', [connection]);
  return [
    `${invariant} violated at ${iso(at)}: ${connection ?? ''} ${text}`,
    'Journal:',
    ...near
      .slice(-ENTRIES_SHOWN)
      .map((entry) => `  ${iso(entry.at)} ${JSON.stringify({ ...entry, at: undefined })}`),
    'Events:',
    ...rows
      .reverse()
      .map((event) => `  ${event.at.toISOString()} ${event.type} ${JSON.stringify(event.data)}`),
    'Row:',
    `  ${JSON.stringify(row[0] ?? null)}`,
  ].join('\n');
}

function concerns(entry: Entry, connection: string | null, account: string | null): boolean {
  if ('account' in entry && account !== null) return entry.account === account;
  if ('connection' in entry) return entry.connection === connection;
  return entry.kind !== 'call' && entry.kind !== 'started';
}

const iso = (at: number): string => new Date(at).toISOString();
