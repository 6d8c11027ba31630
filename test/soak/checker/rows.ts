import { type Pool } from 'pg';
import { type Truth } from './truth';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** After an outage, what was due meanwhile is caught up with within this. */
const CATCH_UP_MS = 7 * HOUR_MS;
/** The longest wait of a run whose activities fail. */
const BACKOFF_MS = 7 * HOUR_MS;
/** A reminder, or a day after the end. */
const REMINDERS = 5;

export interface Row {
  id: string;
  state: string;
  reason: string | null;
  paused: boolean;
  expires_at: Date | null;
  refresh_at: Date | null;
  next_attempt_at: Date | null;
  recovery: { nextAttemptAt: number } | null;
  expired_at: Date | null;
  reminders_sent: number;
  next_reminder_at: Date | null;
  updated_at: Date;
}

/** What a run will do of itself. */
export interface RunPlan {
  wakesAt: number | null;
  isBusy: boolean;
}

export async function readRows(db: Pick<Pool, 'query'>): Promise<Row[]> {
  const { rows } = await db.query<Row>(
    `select id, state, reason, paused, expires_at, refresh_at, next_attempt_at, recovery, expired_at, reminders_sent,
            next_reminder_at, updated_at
     from integrations where state not in ('pending', 'disconnected') order by id`,
  );
  return rows;
}

/** I5: every row that is not final has a next instant, and a run with a timer for it. */
export function checkRows(
  rows: readonly Row[],
  plans: Map<string, RunPlan>,
  truth: Truth,
  now: number,
  report: (connection: string, text: string) => void,
): void {
  const isCalm = truth.isCalmSince(now - CATCH_UP_MS, now);
  for (const row of rows) {
    const due = dueAt(row);
    if (due === 'never') continue;
    if (due === null || !Number.isFinite(due)) {
      report(row.id, `${row.state} without a next instant`);
      continue;
    }
    // After a trouble the audit may have to find it first.
    if (!isCalm || row.updated_at.getTime() > now - CATCH_UP_MS) continue;
    if (due < now - CATCH_UP_MS)
      report(row.id, `${row.state}, and overdue since ${new Date(due).toISOString()}`);
    const plan = plans.get(row.id);
    if (!plan) report(row.id, `${row.state} without a run`);
    else if (!plan.isBusy && (plan.wakesAt ?? Infinity) > Math.max(due, now) + BACKOFF_MS)
      report(row.id, `${row.state}, and its run sleeps too long`);
  }
}

/** When something has to happen to a row; null: it does not say; `never`: nothing is left to do but wait for its owner. */
function dueAt(row: Row): number | null | 'never' {
  const at = (instant: Date | null) => instant?.getTime() ?? null;
  const expiresAt = at(row.expires_at);
  switch (row.state) {
    case 'active':
    case 'refreshing': {
      const planned = at(row.next_attempt_at) ?? at(row.refresh_at);
      if (planned === null || expiresAt === null) return null;
      return row.paused ? Math.max(planned, expiresAt - 3 * DAY_MS) : planned;
    }
    case 'recovering':
      return row.recovery?.nextAttemptAt ?? null;
    default:
      if (row.paused || row.reminders_sent >= REMINDERS) return 'never';
      return at(row.next_reminder_at);
  }
}
