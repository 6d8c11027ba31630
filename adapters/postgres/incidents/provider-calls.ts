import { CALLS_EVERY_MS, type CallCount } from '../../../core/fleet/provider-status';
import { type Db } from '../pool';
import { type ProviderApp } from './incidents';

/** Adds calls to those of their five minutes. */
export async function addCalls(db: Db, app: ProviderApp, calls: readonly CallCount[]): Promise<void> {
  await db.query(
    `insert into provider_calls as c (provider, app_id, at, answered, unanswered)
     select $1, $2, * from unnest($3::timestamptz[], $4::integer[], $5::integer[])
     on conflict (provider, app_id, at) do update
       set answered = c.answered + excluded.answered, unanswered = c.unanswered + excluded.unanswered`,
    [
      app.provider,
      app.appId,
      calls.map(({ at }) => new Date(at)),
      calls.map(({ answered }) => answered),
      calls.map(({ unanswered }) => unanswered),
    ],
  );
}

/** Calls since an instant in epoch ms, newest first. @param everyMs added up by so long, a multiple of five minutes */
export async function callsSince(
  db: Db,
  app: ProviderApp,
  since: number,
  everyMs = CALLS_EVERY_MS,
): Promise<CallCount[]> {
  const { rows } = await db.query<{ at: Date; answered: string; unanswered: string }>(
    `select date_bin($4 * interval '1 ms', at, 'epoch') as at,
       sum(answered) as answered, sum(unanswered) as unanswered
     from provider_calls where provider = $1 and app_id = $2 and at >= $3
     group by 1 order by 1 desc`,
    [app.provider, app.appId, new Date(since), everyMs],
  );
  return rows.map(({ at, answered, unanswered }) => ({
    at: at.getTime(),
    answered: Number(answered),
    unanswered: Number(unanswered),
  }));
}

/** Connections whose last refresh or check failed for want of an answer. @param ownerRefs whose; null: all */
export async function failingConnections(
  db: Db,
  provider: string,
  ownerRefs: readonly string[] | null,
): Promise<{ count: number; since: number | null }> {
  const { rows } = await db.query<{ count: string; since: Date | null }>(
    `select count(*), min(coalesce(failing_since, to_timestamp((recovery ->> 'since')::numeric / 1000))) as since
     from integrations
     where provider = $1 and ($2::text[] is null or owner_ref = any ($2))
       -- found by the index of these, however large the fleet is
       and (failed_attempts > 0 or recovery is not null)
       and state in ('active', 'refreshing', 'recovering')
       and (failed_attempts > 0 or (recovery ->> 'tries')::integer > 0)
       and last_error ->> 'class' in ('transient', 'app_level')`,
    [provider, ownerRefs],
  );
  return { count: Number(rows[0]?.count ?? 0), since: rows[0]?.since?.getTime() ?? null };
}
