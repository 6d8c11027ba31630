import { DAY_MS, HOUR_MS } from '../../../core/time';
import { type Db } from '../pool';

/** Why a delivery was refused. */
export type Refusal = 'wrong_signature' | 'no_signature' | 'too_large';

/** What became of Instagram's deliveries. Instants are epoch ms. */
export interface CallbackTraffic {
  lastDeliveryAt: number | null;
  /** Null: none is refused now. */
  refusedSince: number | null;
  refusedWhy: Refusal | null;
}

/** Refusals without one for so long are over; sooner when deliveries have been accepted since. */
const OVER_AFTER_MS = DAY_MS;
const OVER_BESIDE_ACCEPTED_MS = 1 * HOUR_MS;
const IS_OVER = `(t.last_refused_at < $2::timestamptz - interval '${OVER_AFTER_MS} ms'
  or (t.last_refused_at < $2::timestamptz - interval '${OVER_BESIDE_ACCEPTED_MS} ms'
      and t.last_delivery_at > t.last_refused_at))`;

/** @param seen when the last delivery was accepted, and the last one refused; null: none was */
export async function saveCallbackTraffic(
  db: Db,
  appId: string,
  seen: { acceptedAt: number | null; refusedAt: number | null; refusedWhy: Refusal | null },
  now: number,
): Promise<void> {
  await db.query(
    `insert into callback_traffic as t (app_id, last_delivery_at, refused_since, last_refused_at, refused_why)
     values ($1, $3, $4, $4, $5)
     on conflict (app_id) do update set
       refused_since = case when $4::timestamptz is null then t.refused_since
                            when t.refused_since is null or ${IS_OVER} then $4 else t.refused_since end,
       last_refused_at = greatest(t.last_refused_at, $4),
       last_delivery_at = greatest(t.last_delivery_at, $3),
       refused_why = coalesce($5, t.refused_why)`,
    [appId, new Date(now), at(seen.acceptedAt), at(seen.refusedAt), seen.refusedWhy],
  );
}

/** @param appId null: of the app that was called last */
export async function readCallbackTraffic(
  db: Db,
  appId: string | null,
  now: number,
): Promise<CallbackTraffic> {
  const { rows } = await db.query<{
    last_delivery_at: Date | null;
    refused_since: Date | null;
    refused_why: Refusal | null;
    over: boolean | null;
  }>(
    `select *, ${IS_OVER} as over from callback_traffic t where $1::text is null or app_id = $1
     order by greatest(last_delivery_at, last_refused_at) desc limit 1`,
    [appId, new Date(now)],
  );
  const [row] = rows;
  const isRefused = row !== undefined && row.refused_since !== null && row.over !== true;
  return {
    lastDeliveryAt: row?.last_delivery_at?.getTime() ?? null,
    refusedSince: isRefused ? (row.refused_since?.getTime() ?? null) : null,
    refusedWhy: isRefused ? row.refused_why : null,
  };
}

function at(instant: number | null): Date | null {
  return instant === null ? null : new Date(instant);
}
