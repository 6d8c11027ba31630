import { type Pool } from 'pg';
import { type ConnectRefusal } from '../../../core/access/connect-refusals';
import { HOUR_MS } from '../../../core/time';
import { addGeneralEvent } from '../deliveries/events';
import { type ProviderApp } from '../incidents/incidents';
import { withTransaction } from '../pool';

/** Operators are told of one kind of refusal once in this time. */
const TELL_EVERY_MS = HOUR_MS;

/** Counts a refusal that operators have to do something about, and reports it by an event, once an hour. */
export async function recordConnectRefusal(
  pool: Pool,
  { provider, appId }: ProviderApp,
  refusal: ConnectRefusal,
  details: {
    operation: string;
    code: number | null;
    subcode: number | null;
    integrationId: string;
    hint: string;
  },
  now: number,
): Promise<void> {
  await withTransaction(pool, async (db) => {
    await db.query(
      `insert into connect_refusals (app_id, refusal, count, last_at, told_at) values ($1, $2, 0, $3, '-infinity')
       on conflict do nothing`,
      [appId, refusal, new Date(now)],
    );
    const { rows } = await db.query<{ count: string; is_news: boolean }>(
      `with before as (
         select told_at <= $4 as is_news from connect_refusals where app_id = $1 and refusal = $2 for update
       )
       update connect_refusals set count = count + 1, last_at = $3,
         told_at = case when before.is_news then $3 else told_at end
       from before where app_id = $1 and refusal = $2 returning count, before.is_news`,
      [appId, refusal, new Date(now), new Date(now - TELL_EVERY_MS)],
    );
    const [recorded] = rows;
    if (!recorded?.is_news) return;
    const data = { provider, appId, refusal, count: Number(recorded.count), ...details };
    await addGeneralEvent(db, { type: 'connect.refused', data }, now);
  });
}
