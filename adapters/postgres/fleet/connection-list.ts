import { LIVE_STATES, type State } from '../../../core/lifecycle/states';
import { type Integration, integrationOf } from '../integrations/integration-row';
import { type Db } from '../pool';

export interface ConnectionFilter {
  /** Part of a username, owner or external id, or a whole id. */
  text: string | null;
  /** null: all except `disconnected`. */
  state: State | null;
  ownerRef: string | null;
  /** Limits the list to these owners; null: all. */
  ownerRefs: readonly string[] | null;
  /** Only live connections that expire before this instant (epoch ms). */
  expiringBefore: number | null;
}

export interface ConnectionPage {
  rows: Integration[];
  /** `MAX_COUNT` at most. */
  count: number;
}

/** Counting stops here, and the console shows "over 10,000". */
export const MAX_COUNT = 10_001;

/** One page of connections by urgency: expired, recovering, then by token expiry. */
export async function listConnections(
  db: Db,
  filter: ConnectionFilter,
  page: { offset: number; limit: number },
): Promise<ConnectionPage> {
  const values = [
    filter.text,
    filter.text === null ? null : `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`,
    filter.state,
    filter.ownerRef,
    filter.ownerRefs,
    filter.expiringBefore === null ? null : new Date(filter.expiringBefore),
    LIVE_STATES,
  ];
  const [listed, counted] = await Promise.all([
    db.query(
      `select * from integrations where ${MATCHES} order by urgency(state), expires_at, id limit $8 offset $9`,
      [...values, page.limit, page.offset],
    ),
    db.query<{ count: string }>(
      `select count(*) from (select 1 from integrations where ${MATCHES} limit $8) matching`,
      [...values, MAX_COUNT],
    ),
  ]);
  return { rows: listed.rows.map(integrationOf), count: Number(counted.rows[0]?.count ?? 0) };
}

const MATCHES = `
  ($1::text is null or id = $1 or username ilike $2 or owner_ref ilike $2 or external_id ilike $2)
  and case when $3::text is null then state <> 'disconnected' else state = $3 end
  and ($4::text is null or owner_ref = $4)
  and ($5::text[] is null or owner_ref = any ($5))
  and ($6::timestamptz is null or (expires_at < $6 and state = any ($7)))`;

/** How many tokens expire on each of the coming days, today first. */
export async function expiriesPerDay(
  db: Db,
  now: number,
  days: number,
  ownerRefs: readonly string[] | null,
): Promise<number[]> {
  const { rows } = await db.query<{ day: number; count: string }>(
    `select floor(extract(epoch from expires_at - $1::timestamptz) / 86400)::integer as day, count(*)
     from integrations
     where state = any ($4)
       and expires_at >= $1 and expires_at < $1::timestamptz + make_interval(days => $2)
       and ($3::text[] is null or owner_ref = any ($3))
     group by day`,
    [new Date(now), days, ownerRefs, LIVE_STATES],
  );
  const counts = Array<number>(days).fill(0);
  for (const { day, count } of rows) counts[day] = Number(count);
  return counts;
}
