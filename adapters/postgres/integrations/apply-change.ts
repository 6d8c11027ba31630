import { type EventType } from '../../../core/deliveries/events';
import { type LastError } from '../../../core/lifecycle/facts';
import { TRANSITIONS, mayFollow } from '../../../core/lifecycle/transitions';
import { STATES, type Reason, type State } from '../../../core/lifecycle/states';
import { addEvent } from '../deliveries/events';
import { type Integration, type Recovery, integrationOf } from './integration-row';
import { type Db } from '../pool';

/** What a change to a row may set; instants as epoch ms. */
export interface Changes {
  state?: State;
  reason?: Reason | null;
  failedAttempts?: number;
  failingSince?: number | null;
  nextAttemptAt?: number | null;
  failingNoticed?: boolean;
  expiringNoticed?: boolean;
  lastError?: LastError | null;
  recovery?: Recovery | null;
  recoveryRefreshVersion?: number | null;
  expiredAt?: number | null;
  remindersSent?: number;
  nextReminderAt?: number | null;
  version?: number;
  issuedAt?: number;
  expiresAt?: number;
  refreshAt?: number;
  paused?: boolean;
  grantNo?: number;
  username?: string;
  scopes?: string[];
}

const COLUMNS: Record<keyof Changes, { name: string; as?: 'instant' | 'json' }> = {
  state: { name: 'state' },
  reason: { name: 'reason' },
  failedAttempts: { name: 'failed_attempts' },
  failingSince: { name: 'failing_since', as: 'instant' },
  nextAttemptAt: { name: 'next_attempt_at', as: 'instant' },
  failingNoticed: { name: 'failing_noticed' },
  expiringNoticed: { name: 'expiring_noticed' },
  lastError: { name: 'last_error', as: 'json' },
  recovery: { name: 'recovery', as: 'json' },
  recoveryRefreshVersion: { name: 'recovery_refresh_version' },
  expiredAt: { name: 'expired_at', as: 'instant' },
  remindersSent: { name: 'reminders_sent' },
  nextReminderAt: { name: 'next_reminder_at', as: 'instant' },
  version: { name: 'token_version' },
  issuedAt: { name: 'issued_at', as: 'instant' },
  expiresAt: { name: 'expires_at', as: 'instant' },
  refreshAt: { name: 'refresh_at', as: 'instant' },
  paused: { name: 'paused' },
  grantNo: { name: 'grant_no' },
  username: { name: 'username' },
  scopes: { name: 'scopes' },
};

/** The row moved on since it was read: whoever held the old fence has nothing more to say. */
export class RowMovedOn extends Error {
  override name = 'RowMovedOn';
  constructor(id: string) {
    super(`Integration ${id} changed meanwhile.`);
  }
}

export interface TimelineEntry {
  type: EventType;
  data?: Record<string, unknown>;
}

/**
 * Changes one row, if its grant and version are still those of `was` and its state allows it, and writes the events
 * that tell of it. Call inside a transaction: the change and its events stand or fall together.
 * @throws RowMovedOn
 */
export async function move(
  db: Db,
  was: Integration,
  changes: Changes,
  events: TimelineEntry[],
  now: number,
): Promise<Integration> {
  const sets = ['updated_at = $5'];
  const values: unknown[] = [was.id, was.grantNo, was.version, statesBefore(changes.state), new Date(now)];
  for (const [key, value] of Object.entries(changes) as [keyof Changes, unknown][]) {
    const column = COLUMNS[key];
    values.push(toSql(value, column.as));
    sets.push(`${column.name} = $${values.length}`);
  }
  const { rows } = await db.query(
    `update integrations set ${sets.join(', ')}
     where id = $1 and grant_no = $2 and token_version = $3 and state = any ($4::text[])
     returning *`,
    values,
  );
  if (!rows[0]) throw new RowMovedOn(was.id);
  const integration = integrationOf(rows[0]);
  for (const event of events) await addEvent(db, integration, event, now);
  return integration;
}

function statesBefore(state: State | undefined): readonly State[] {
  return state === undefined
    ? STATES.filter((s) => TRANSITIONS[s].length > 0)
    : STATES.filter((s) => mayFollow(s, state));
}

function toSql(value: unknown, as: 'instant' | 'json' | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (as === 'instant') return new Date(value as number);
  return as === 'json' ? JSON.stringify(value) : value;
}
