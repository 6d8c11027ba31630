import { type Change } from '../../../core/lifecycle/change';
import { type ConnectionFields } from '../../../core/lifecycle/connection';
import { STATES, type State } from '../../../core/lifecycle/states';
import { TRANSITIONS, mayFollow } from '../../../core/lifecycle/transitions';
import { addEvent } from '../deliveries/events';
import { type Db } from '../pool';
import { type Integration, integrationOf } from './integration-row';

type As = 'instant' | 'json' | 'plain';

const COLUMNS: Record<keyof ConnectionFields, [name: string, as: As]> = {
  accountId: ['account_id', 'plain'],
  accountScopedId: ['account_scoped_id', 'plain'],
  username: ['username', 'plain'],
  contactEmail: ['contact_email', 'plain'],
  scopes: ['scopes', 'plain'],
  state: ['state', 'plain'],
  reason: ['reason', 'plain'],
  grantNo: ['grant_no', 'plain'],
  grantedAt: ['granted_at', 'instant'],
  deauthorizedAt: ['deauthorized_at', 'instant'],
  version: ['token_version', 'plain'],
  lastVersion: ['last_version', 'plain'],
  issuedAt: ['issued_at', 'instant'],
  expiresAt: ['expires_at', 'instant'],
  refreshAt: ['refresh_at', 'instant'],
  paused: ['paused', 'plain'],
  failedAttempts: ['failed_attempts', 'plain'],
  failingSince: ['failing_since', 'instant'],
  nextAttemptAt: ['next_attempt_at', 'instant'],
  failingNoticed: ['failing_noticed', 'plain'],
  expiringNoticed: ['expiring_noticed', 'plain'],
  lastError: ['last_error', 'json'],
  recovery: ['recovery', 'json'],
  recoveryRefreshVersion: ['recovery_refresh_version', 'plain'],
  expiredAt: ['expired_at', 'instant'],
  remindersSent: ['reminders_sent', 'plain'],
  nextReminderAt: ['next_reminder_at', 'instant'],
};

/** The row changed since it was read: what was decided about the row as it was no longer applies. */
export class RowMovedOn extends Error {
  override name = 'RowMovedOn';
  constructor(id: string) {
    super(`Integration ${id} was changed by someone else.`);
  }
}

/**
 * The one writer of a connection's state: one statement, which applies only while the row's grant and version are
 * those of `was` and its state allows the change, and the events that report it. Call inside a transaction.
 * @throws RowMovedOn
 */
export async function applyChange(
  db: Db,
  was: Integration,
  { set, events, outside }: Change,
  now: number,
): Promise<Integration> {
  const values: unknown[] = [
    was.id,
    was.grantNo,
    was.version,
    statesBefore(set.state),
    new Date(now),
    was.lastVersion,
  ];
  const sets = ['updated_at = $5'];
  for (const [key, value] of Object.entries(set) as [keyof ConnectionFields, unknown][]) {
    const [column, as] = COLUMNS[key];
    values.push(toSql(value, as));
    sets.push(`${column} = $${values.length}`);
  }
  if (outside) sets.push('revision = revision + 1');
  if (outside === 'already_known') sets.push('lifecycle_revision = revision + 1');
  const { rows } = await db.query(
    `update integrations set ${sets.join(', ')}
     where id = $1 and grant_no = $2 and token_version = $3 and state = any ($4::text[])
       and (last_version = $6 or not $${values.push(set.lastVersion !== undefined)}::boolean)
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

function toSql(value: unknown, as: As): unknown {
  if (value === null || value === undefined) return null;
  if (as === 'instant') return new Date(value as number);
  return as === 'json' ? JSON.stringify(value) : value;
}
