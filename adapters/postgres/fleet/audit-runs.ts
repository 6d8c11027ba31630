import { type TableRetention } from '../../../core/fleet/retention-policy';
import { type Db } from '../pool';

export type AuditKind = 'hourly' | 'daily';

export async function beginAudit(db: Db, kind: AuditKind, now: number): Promise<number> {
  const { rows } = await db.query<{ id: string }>(
    'insert into audit_runs (kind, started_at) values ($1, $2) returning id',
    [kind, new Date(now)],
  );
  return Number(rows[0]!.id);
}

/** @param retention by which it removed rows: that of the worker that ran it, whatever other processes are set to */
export async function endAudit(
  db: Db,
  id: number,
  result: Record<string, number>,
  retention: TableRetention,
  now: number,
): Promise<void> {
  await db.query('update audit_runs set finished_at = $2, result = $3 where id = $1', [
    id,
    new Date(now),
    JSON.stringify({ ...result, retention }),
  ]);
}

export interface AuditRun {
  kind: AuditKind;
  startedAt: number;
  finishedAt: number | null;
  result: Record<string, number> | null;
  /** null: a release that did not note it. */
  retention: TableRetention | null;
}

/** The latest finished audit, whatever the clock said that dated it. @param kind null: any */
export async function lastAudit(db: Db, kind: AuditKind | null = null): Promise<AuditRun | null> {
  const { rows } = await db.query<{
    kind: AuditKind;
    started_at: Date;
    finished_at: Date | null;
    result: (Record<string, number> & { retention?: TableRetention }) | null;
  }>(
    `select kind, started_at, finished_at, result from audit_runs
     where finished_at is not null and ($1::text is null or kind = $1) order by id desc limit 1`,
    [kind],
  );
  const [row] = rows;
  if (!row) return null;
  const { retention = null, ...result } = row.result ?? {};
  return {
    kind: row.kind,
    startedAt: row.started_at.getTime(),
    finishedAt: row.finished_at?.getTime() ?? null,
    result: row.result && (result as Record<string, number>),
    retention,
  };
}
