import { LIVE_STATES, STATES, type State } from '../../../core/lifecycle/states';
import { DAY_MS } from '../../../core/time';
import { countOverdue } from './overdue';
import { type Db } from '../pool';

export interface Fleet {
  states: Record<State, number>;
  /** Live integrations whose token expires within 3, 7 and 14 days. */
  expiringWithin: { d3: number; d7: number; d14: number };
  overdue: number;
}

/** How many integrations are in each state. @param ownerRefs whose count; null: all */
export async function countByState(
  db: Db,
  ownerRefs: readonly string[] | null,
): Promise<Record<State, number>> {
  const states = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  const { rows } = await db.query<{ state: State; count: string }>(
    'select state, count(*) from integrations where $1::text[] is null or owner_ref = any ($1) group by state',
    [ownerRefs],
  );
  for (const { state, count } of rows) states[state] = Number(count);
  return states;
}

/** The fleet at a glance, from the database alone. */
export async function fleetOverview(
  db: Db,
  now: number,
  ownerRefs: readonly string[] | null = null,
): Promise<Fleet> {
  const expiring = await db.query<{ d3: string; d7: string; d14: string }>(
    `select count(*) filter (where expires_at < $1) as d3, count(*) filter (where expires_at < $2) as d7, count(*) as d14
     from integrations where state = any ($5) and expires_at < $3
       and ($4::text[] is null or owner_ref = any ($4))`,
    [...[3, 7, 14].map((days) => new Date(now + days * DAY_MS)), ownerRefs, LIVE_STATES],
  );
  const [within] = expiring.rows;
  return {
    states: await countByState(db, ownerRefs),
    expiringWithin: {
      d3: Number(within?.d3 ?? 0),
      d7: Number(within?.d7 ?? 0),
      d14: Number(within?.d14 ?? 0),
    },
    overdue: await countOverdue(db, now, ownerRefs),
  };
}
