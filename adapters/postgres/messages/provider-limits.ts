import { type Cooldown } from '../../../core/messaging/throttle-policy';
import { HOUR_MS } from '../../../core/time';
import { type Db } from '../pool';

/** The subject of a cooldown for the whole app. */
export const WHOLE_APP = '*';

/** The end of the app's and the account's cooldowns, in epoch ms; 0: no cooldown. */
export async function cooldownUntil(
  db: Db,
  appId: string,
  accountId: string | null,
): Promise<{ reads: number; calls: number }> {
  const { rows } = await db.query<{ reads: Date | null; calls: Date | null }>(
    `select max(reads_until) as reads, max(calls_until) as calls from provider_parks
     where app_id = $1 and subject in ($2, $3)`,
    [appId, WHOLE_APP, accountId ?? WHOLE_APP],
  );
  return { reads: rows[0]?.reads?.getTime() ?? 0, calls: rows[0]?.calls?.getTime() ?? 0 };
}

/** Starts or extends a cooldown; never shortens one. */
export async function setCooldown(
  db: Db,
  appId: string,
  subject: string,
  cooldown: Cooldown,
  now: number,
): Promise<void> {
  await db.query(
    `insert into provider_parks (app_id, subject, reads_until, calls_until) values ($1, $2, $3, $4)
     on conflict (app_id, subject) do update set
       reads_until = greatest(provider_parks.reads_until, excluded.reads_until),
       calls_until = greatest(provider_parks.calls_until, excluded.calls_until)`,
    [appId, subject, new Date(now + cooldown.readsMs), new Date(now + cooldown.callsMs)],
  );
}

/** Counts a throttled call. @returns how many came before it without a quiet hour in between */
export async function recordThrottle(db: Db, appId: string, subject: string, now: number): Promise<number> {
  const { rows } = await db.query<{ strikes: number }>(
    `insert into provider_parks as p (app_id, subject, reads_until, calls_until, strikes, struck_at)
     values ($1, $2, $3, $3, 1, $3)
     on conflict (app_id, subject) do update set
       strikes = case when greatest(p.calls_until, p.struck_at) > $4 then p.strikes + 1 else 1 end,
       struck_at = $3
     returning strikes`,
    [appId, subject, new Date(now), new Date(now - HOUR_MS)],
  );
  return (rows[0]?.strikes ?? 1) - 1;
}

/**
 * Reserves the account's next slot, so that all processes together start at most `calls` within any `windowMs`. Uses
 * the database's clock.
 * @returns ms until the slot; null: it would be more than `maxWaitMs` away, and none was reserved
 */
export async function reserveSlot(
  db: Db,
  of: { appId: string; accountId: string; kind: string },
  limit: { calls: number; windowMs: number },
  maxWaitMs: number,
): Promise<number | null> {
  const { rows } = await db.query<{ wait_ms: number }>(
    `insert into provider_turns as t (app_id, account_id, kind, begins)
     values ($1, $2, $3, array[clock_timestamp()])
     on conflict (app_id, account_id, kind) do update
       set begins = (array_prepend(
         greatest(clock_timestamp(), t.begins[1], t.begins[$4::int] + $5 * interval '1 ms'), t.begins))[1:$4::int]
       where coalesce(t.begins[$4::int] + $5 * interval '1 ms' <= clock_timestamp() + $6 * interval '1 ms', true)
     returning extract(epoch from begins[1] - clock_timestamp()) * 1000 as wait_ms`,
    [of.appId, of.accountId, of.kind, limit.calls, limit.windowMs, maxWaitMs],
  );
  const [slot] = rows;
  return slot ? Math.max(0, Number(slot.wait_ms)) : null;
}
