import { type Db } from '../pool';

/** Connected integrations whose current grant has no subscription yet; what was tried longest ago comes first. */
export async function findUnsubscribed(db: Db, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from integrations
     where state in ('active', 'refreshing') and subscribed_grant_no is distinct from grant_no
     order by subscribe_tried_at nulls first, id limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** @param grantNo the grant that is subscribed now; null: it did not work */
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
