import { LIFECYCLE_STATES, USABLE_STATES } from '../../../core/lifecycle/states';
import { HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type Db } from '../pool';

/** A lifecycle should see a change of its row within this. */
const SIGNAL_GRACE_MS = 2 * MINUTE_MS;
/** An action that is late by more than this is overdue. */
export const OVERDUE_AFTER_MS = HOUR_MS;
const PAGE = 1_000;

const OVERDUE = `(
  (state = any ($2) and not paused and coalesce(next_attempt_at, refresh_at) < $1)
  or (state = any ($2) and expires_at < $1)
  or (state = 'recovering' and (recovery ->> 'nextAttemptAt')::bigint < extract(epoch from $1::timestamptz) * 1000)
  or (state = 'expired' and not paused and next_reminder_at < $1)
)`;
/** One that was never connected has no lifecycle, whatever happens to its row. */
const BEHIND = `(lifecycle_revision < revision and last_version > 0 and updated_at < $3)`;

const valuesAt = (now: number): unknown[] => [
  new Date(now - OVERDUE_AFTER_MS),
  USABLE_STATES,
  new Date(now - SIGNAL_GRACE_MS),
];

export interface LateLifecycle {
  id: string;
  /** It has not seen the latest change of its row. */
  behind: boolean;
  /** Its next action is late by more than an hour. */
  overdue: boolean;
}

/** All lifecycles that are late, in pages: connected ones first, the one with the least time left before all others. */
export async function* lateLifecycles(db: Db, now: number): AsyncGenerator<LateLifecycle[]> {
  let after: [ended: boolean, expiresAt: string, id: string] = [false, '-infinity', ''];
  for (;;) {
    const { rows } = await db.query<LateLifecycle & { ended: boolean; expires: string }>(
      `select id, ${BEHIND} as behind, ${OVERDUE} as overdue, ended, expires from (
         select *, state = 'disconnected' as ended, coalesce(expires_at, 'infinity')::text as expires
         from integrations where ${OVERDUE} or ${BEHIND}
       ) late
       where (ended, expires::timestamptz, id) > ($4, $5::timestamptz, $6)
       order by ended, expires::timestamptz, id limit $7`,
      [...valuesAt(now), ...after, PAGE],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map(({ id, behind, overdue }) => ({ id, behind, overdue: overdue === true }));
    after = [last.ended, last.expires, last.id];
  }
}

/**
 * Usable integrations with a refreshed token that was stored before `before` and is not in use yet: its process has died.
 * One in doubt, or expired, is settled by its recovery or its reminders.
 */
export async function findStuckPending(db: Db, before: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select i.id from token_versions v join integrations i on i.id = v.integration_id
     where stage = 'pending' and v.created_at < $1 and i.state = any ($3) order by v.created_at limit $2`,
    [new Date(before), PAGE, USABLE_STATES],
  );
  return rows.map(({ id }) => id);
}

/** @param ownerRefs whose integrations count; null: all */
export async function countOverdue(
  db: Db,
  now: number,
  ownerRefs: readonly string[] | null = null,
): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select count(*) from integrations
     where ${OVERDUE} and ($3::text[] is null or owner_ref = any ($3))`,
    [new Date(now - OVERDUE_AFTER_MS), USABLE_STATES, ownerRefs],
  );
  return Number(rows[0]?.count ?? 0);
}

export async function countLive(db: Db): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select count(*) from integrations where state = any ($1)`,
    [LIFECYCLE_STATES],
  );
  return Number(rows[0]?.count ?? 0);
}

/** IDs of all integrations that should have a running lifecycle, the one with the least time left first. */
export async function* liveIntegrations(db: Db): AsyncGenerator<string> {
  let after = ['-infinity', ''];
  for (;;) {
    const { rows } = await db.query<{ id: string; expires: string }>(
      `select id, coalesce(expires_at, 'infinity')::text as expires from integrations
       where state = any ($1) and (coalesce(expires_at, 'infinity'), id) > ($2::timestamptz, $3)
       order by coalesce(expires_at, 'infinity'), id limit $4`,
      [LIFECYCLE_STATES, ...after, PAGE],
    );
    for (const { id } of rows) yield id;
    const last = rows.at(-1);
    if (!last) return;
    after = [last.expires, last.id];
  }
}
