import { LIVE_STATES, type State } from '../../../core/lifecycle/states';
import { type Integration, integrationOf } from '../integrations/integration-row';
import { type Db } from '../pool';

/** `attention`: the owner has to act. `failing`: refreshes or checks fail, and are retried. */
export const CONDITIONS = ['attention', 'failing'] as const;
export type Condition = (typeof CONDITIONS)[number];

export interface ConnectionFilter {
  /** Part of a username, owner or external id, or a whole id. */
  text: string | null;
  /** null: all except `disconnected`. */
  state: State | Condition | null;
  ownerRef: string | null;
  /** Limits the list to these owners; null: all. */
  ownerRefs: readonly string[] | null;
  /** Only live connections that expire from the one instant (null: from whenever) to before the other; epoch ms. */
  expiring: { from: number | null; before: number } | null;
}

/** `urgency`: expired, recovering, then by token expiry. */
export const SORTS = ['urgency', 'account', 'state', 'expiry', 'owner'] as const;
export interface Sorting {
  by: (typeof SORTS)[number];
  descending: boolean;
}

export interface ConnectionPage {
  rows: Integration[];
  /** `MAX_COUNT` at most. */
  count: number;
  /** Disconnected ones that would match, and are not among `rows`. */
  hidden: number;
}

/** Counting stops here, and the console shows "over 10,000". */
export const MAX_COUNT = 10_001;

/** One page of connections, and how many there are in all. */
export async function listConnections(
  db: Db,
  filter: ConnectionFilter,
  sorting: Sorting,
  page: { offset: number; limit: number },
): Promise<ConnectionPage> {
  const count = (state: ConnectionFilter['state']) =>
    db.query<{ count: string }>(
      `select count(*) from (select 1 from integrations where ${MATCHES} limit $9) matching`,
      [...valuesOf({ ...filter, state }), MAX_COUNT],
    );
  const [rows, counted, hidden] = await Promise.all([
    connectionRows(db, filter, sorting, page),
    count(filter.state),
    filter.state === null && filter.expiring === null ? count('disconnected') : null,
  ]);
  return {
    rows,
    count: Number(counted.rows[0]?.count ?? 0),
    hidden: Number(hidden?.rows[0]?.count ?? 0),
  };
}

/** The connections of one page alone. */
export async function connectionRows(
  db: Db,
  filter: ConnectionFilter,
  { by, descending }: Sorting,
  { offset, limit }: { offset: number; limit: number },
): Promise<Integration[]> {
  const order = ORDER[by].map((column) => `${column} ${descending ? 'desc nulls last' : 'asc nulls last'}`);
  const { rows } = await db.query(
    `select * from integrations where ${MATCHES} order by ${order.join(', ')} limit $9 offset $10`,
    [...valuesOf(filter), limit, offset],
  );
  return rows.map(integrationOf);
}

function valuesOf(filter: ConnectionFilter): unknown[] {
  const { expiring } = filter;
  return [
    filter.text,
    filter.text === null ? null : `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`,
    filter.state,
    filter.ownerRef,
    filter.ownerRefs,
    expiring && new Date(expiring.before),
    LIVE_STATES,
    typeof expiring?.from === 'number' ? new Date(expiring.from) : null,
  ];
}

const ORDER: Record<Sorting['by'], readonly string[]> = {
  urgency: ['urgency(state)', 'expires_at', 'id'],
  account: ['username', 'id'],
  state: ['state', 'reason', 'id'],
  expiry: ['expires_at', 'id'],
  owner: ['owner_ref', 'id'],
};

const MATCHES = `
  ($1::text is null or id = $1 or username ilike $2 or owner_ref ilike $2 or external_id ilike $2)
  and ($4::text is null or owner_ref = $4)
  and ($5::text[] is null or owner_ref = any ($5))
  and ($6::timestamptz is null or (expires_at < $6 and state = any ($7)))
  and ($8::timestamptz is null or expires_at >= $8)
  and case $3::text
    when 'attention' then state = 'expired' or recovery ->> 'ownerAction' is not null
    when 'failing' then state = any ($7) and recovery ->> 'ownerAction' is null
      and (failed_attempts > 0 or (recovery ->> 'tries')::integer > 0)
    else case when $3::text is null then state <> 'disconnected' else state = $3 end
  end`;

/** How many tokens expire between each instant and the next. @param bounds epoch ms, ascending */
export async function expiriesBetween(
  db: Db,
  bounds: readonly number[],
  ownerRefs: readonly string[] | null,
): Promise<number[]> {
  const { rows } = await db.query<{ bucket: number; count: string }>(
    `select width_bucket(expires_at, $1::timestamptz[]) as bucket, count(*)
     from integrations
     where state = any ($3) and expires_at >= $4 and expires_at < $5
       and ($2::text[] is null or owner_ref = any ($2))
     group by bucket`,
    [
      bounds.map((at) => new Date(at)),
      ownerRefs,
      LIVE_STATES,
      new Date(bounds[0] ?? 0),
      new Date(bounds.at(-1) ?? 0),
    ],
  );
  const counts = Array<number>(Math.max(0, bounds.length - 1)).fill(0);
  for (const { bucket, count } of rows) counts[bucket - 1] = Number(count);
  return counts;
}

/** How people call these connections: by account, or else by owner. */
export async function connectionNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; name: string }>(
    `select id, coalesce('@' || username, owner_ref) as name from integrations where id = any ($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
