import { ASKED_LIMITS, type AskedKind, RECHECK_SHARED_MS } from '../../../core/lifecycle/recheck-policy';
import { type Db } from '../pool';

/**
 * Claims one attempt that was asked for.
 * @returns `made`: it is the caller's to make; `shared`: one began a moment ago, at `at` (epoch ms), whose answer is the
 * caller's too; `refused`: too many were made
 */
export async function claimRecheck(
  db: Db,
  integrationId: string,
  kind: AskedKind,
  now: number,
): Promise<{ is: 'made' | 'shared' | 'refused'; at: number }> {
  const { atOnce, everyMs } = ASKED_LIMITS[kind];
  const { rowCount } = await db.query(
    `insert into rechecks as r (integration_id, kind, checked_at, paid_until) values ($1, $6, $2, $3)
     on conflict (integration_id, kind) do update
       set checked_at = $2, paid_until = greatest(r.paid_until, $2) + ($3::timestamptz - $2)
       where (r.checked_at <= $4 or r.checked_at > $2) and r.paid_until <= $5`,
    [
      integrationId,
      new Date(now),
      new Date(now + everyMs),
      new Date(now - RECHECK_SHARED_MS),
      new Date(now + (atOnce - 1) * everyMs),
      kind,
    ],
  );
  if (rowCount === 1) return { is: 'made', at: now };
  const { rows } = await db.query<{ checked_at: Date }>(
    'select checked_at from rechecks where integration_id = $1 and kind = $2',
    [integrationId, kind],
  );
  const at = rows[0]?.checked_at.getTime() ?? now;
  return { is: now - at < RECHECK_SHARED_MS ? 'shared' : 'refused', at };
}
