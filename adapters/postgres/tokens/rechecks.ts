import {
  RECHECKS_AT_ONCE,
  RECHECK_EVERY_MS,
  RECHECK_SHARED_MS,
} from '../../../core/lifecycle/recheck-policy';
import { type Db } from '../pool';

/**
 * Claims one check of a connection that was asked for.
 * @returns `made`: it is the caller's to make; `shared`: one began a moment ago, at `at` (epoch ms), whose answer is the
 * caller's too; `refused`: too many were made
 */
export async function claimRecheck(
  db: Db,
  integrationId: string,
  now: number,
): Promise<{ is: 'made' | 'shared' | 'refused'; at: number }> {
  const { rowCount } = await db.query(
    `insert into rechecks as r (integration_id, checked_at, paid_until) values ($1, $2, $3)
     on conflict (integration_id) do update
       set checked_at = $2, paid_until = greatest(r.paid_until, $2) + ($3::timestamptz - $2)
       where (r.checked_at <= $4 or r.checked_at > $2) and r.paid_until <= $5`,
    [
      integrationId,
      new Date(now),
      new Date(now + RECHECK_EVERY_MS),
      new Date(now - RECHECK_SHARED_MS),
      new Date(now + (RECHECKS_AT_ONCE - 1) * RECHECK_EVERY_MS),
    ],
  );
  if (rowCount === 1) return { is: 'made', at: now };
  const { rows } = await db.query<{ checked_at: Date }>(
    'select checked_at from rechecks where integration_id = $1',
    [integrationId],
  );
  const at = rows[0]?.checked_at.getTime() ?? now;
  return { is: now - at < RECHECK_SHARED_MS ? 'shared' : 'refused', at };
}
