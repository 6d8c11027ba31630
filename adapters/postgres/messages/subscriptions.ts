import { USABLE_STATES } from '../../../core/lifecycle/states';
import { type Db } from '../pool';

/** Usable integrations without a subscription for their current grant, least recently tried first. */
export async function findUnsubscribed(db: Db, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from integrations
     where state = any ($2) and subscribed_grant_no is distinct from grant_no
     order by subscribe_tried_at nulls first, id limit $1`,
    [limit, USABLE_STATES],
  );
  return rows.map(({ id }) => id);
}

/** @param grantNo the subscribed grant; null: the attempt failed */
export async function recordSubscription(
  db: Db,
  id: string,
  grantNo: number | null,
  now: number,
): Promise<void> {
  await db.query(
    `update integrations set subscribe_tried_at = $3, subscribed_grant_no = coalesce($2, subscribed_grant_no)
     where id = $1`,
    [id, grantNo, new Date(now)],
  );
}
