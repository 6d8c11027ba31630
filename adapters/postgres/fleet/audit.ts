import { DELIVERY_RETENTION_MS } from '../../../core/deliveries/delivery-policy';
import { LIFECYCLE_STATES, USABLE_STATES } from '../../../core/lifecycle/states';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time';
import { type Db } from '../pool';

export type AuditKind = 'hourly' | 'daily';

/** A lifecycle should see a change of its row within this. */
const SIGNAL_GRACE_MS = 2 * MINUTE_MS;
/** An action that is late by more than this is overdue. */
export const OVERDUE_AFTER_MS = HOUR_MS;
const BATCH = 1_000;

/** Integrations whose lifecycle has not seen the latest change of its row. */
export async function findBehind(db: Db, now: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from integrations
     where lifecycle_revision < revision and state <> 'pending' and updated_at < $1 order by updated_at limit $2`,
    [new Date(now - SIGNAL_GRACE_MS), BATCH],
  );
  return rows.map(({ id }) => id);
}

/** Integrations with an overdue action. */
export async function findOverdue(db: Db, now: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from integrations where ${OVERDUE} order by expires_at limit $3`,
    [new Date(now - OVERDUE_AFTER_MS), USABLE_STATES, BATCH],
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

const OVERDUE = `(
  (state = any ($2) and not paused and coalesce(next_attempt_at, refresh_at) < $1)
  or (state = any ($2) and expires_at < $1)
  or (state = 'recovering' and (recovery ->> 'nextAttemptAt')::bigint < extract(epoch from $1::timestamptz) * 1000)
  or (state = 'expired' and not paused and next_reminder_at < $1)
)`;

export async function countLive(db: Db): Promise<number> {
  const { rows } = await db.query<{ count: string }>(
    `select count(*) from integrations where state = any ($1)`,
    [LIFECYCLE_STATES],
  );
  return Number(rows[0]?.count ?? 0);
}

/** IDs of all integrations that should have a running lifecycle. */
export async function* liveIntegrations(db: Db): AsyncGenerator<string> {
  let after = '';
  for (;;) {
    const { rows } = await db.query<{ id: string }>(
      `select id from integrations where state = any ($3) and id > $1 order by id limit $2`,
      [after, BATCH, LIFECYCLE_STATES],
    );
    for (const { id } of rows) yield id;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

export async function beginAudit(db: Db, kind: AuditKind, now: number): Promise<number> {
  const { rows } = await db.query<{ id: string }>(
    'insert into audit_runs (kind, started_at) values ($1, $2) returning id',
    [kind, new Date(now)],
  );
  return Number(rows[0]!.id);
}

export async function endAudit(
  db: Db,
  id: number,
  result: Record<string, number>,
  now: number,
): Promise<void> {
  await db.query('update audit_runs set finished_at = $2, result = $3 where id = $1', [
    id,
    new Date(now),
    JSON.stringify(result),
  ]);
}

export interface AuditRun {
  kind: AuditKind;
  startedAt: number;
  finishedAt: number | null;
  result: Record<string, number> | null;
}

/** The latest finished audit. @param kind null: any */
export async function lastAudit(db: Db, kind: AuditKind | null = null): Promise<AuditRun | null> {
  const { rows } = await db.query<{
    kind: AuditKind;
    started_at: Date;
    finished_at: Date | null;
    result: Record<string, number> | null;
  }>(
    `select kind, started_at, finished_at, result from audit_runs
     where finished_at is not null and ($1::text is null or kind = $1) order by started_at desc limit 1`,
    [kind],
  );
  const [row] = rows;
  if (!row) return null;
  return {
    kind: row.kind,
    startedAt: row.started_at.getTime(),
    finishedAt: row.finished_at?.getTime() ?? null,
    result: row.result,
  };
}

/** Removes rows after their retention time. @returns how many */
export async function purge(db: Db, now: number): Promise<number> {
  const statements: [string, number][] = [
    ['delete from oauth_states where expires_at < $1', now],
    ['delete from sign_ins where expires_at < $1', now],
    ['delete from sessions where expires_at < $1', now],
    ['delete from token_uses where minute < $1', now - 90 * DAY_MS],
    ['delete from sealed_payloads where expires_at < $1', now],
    ['delete from message_sends where expires_at < $1', now],
    ['delete from rejection_reports where leased_until < $1', now - DAY_MS],
    ['delete from refresh_attempts where started_at < $1 and finished_at is not null', now - 90 * DAY_MS],
    ['delete from audit_runs where started_at < $1', now - 90 * DAY_MS],
    ['delete from dead_verdicts where at < $1', now - DAY_MS],
    ['delete from provider_parks where greatest(reads_until, calls_until) < $1', now - DAY_MS],
    ['delete from provider_turns where begins[1] < $1', now - DAY_MS],
    ['delete from provider_incidents where ended_at < $1', now - 90 * DAY_MS],
    ['delete from received_messages where received_at < $1', now - 7 * DAY_MS],
    ['delete from deauthorizations where received_at < $1', now - 90 * DAY_MS],
    ['delete from webhook_old_secrets where expires_at < $1', now],
    ['delete from deliveries where ended_at < $1', now - DELIVERY_RETENTION_MS],
    ['delete from data_deletions where asked_at < $1 and finished_at is not null', now - 90 * DAY_MS],
  ];
  let removed = 0;
  for (const [statement, before] of statements)
    removed += (await db.query(statement, [new Date(before)])).rowCount ?? 0;
  return removed;
}
