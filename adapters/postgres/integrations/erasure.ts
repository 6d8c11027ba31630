import { type Pool } from 'pg';
import { FIELDS_KEPT_AFTER_DELETION } from '../../../core/deliveries/kept-fields';
import { SETTLED_AFTER_MS } from './data-deletion';
import { type Db, withTransaction } from '../pool';

/** Each portion is a transaction of some milliseconds: nothing else has to wait for it, and a crash loses no more. */
const PORTION = 1_000;
/** Tables whose rows go with an account; those of the others hold nothing of it. */
const OF_INTEGRATION = [
  'sealed_payloads',
  'message_sends',
  'pending_messages',
  'message_events',
  'message_views',
  'received_messages',
  'rechecks',
  'oauth_states',
  'oauth_holdings',
  'token_versions',
  'dead_verdicts',
  'imported_rows',
];

interface Part {
  code: string;
  integrationId: string;
  /** Events from this `seq` on are done; null: none yet. */
  eventsDoneFrom: string | null;
}

/**
 * Erases what is left of accounts whose data is to be deleted, portion by portion, until `isOver` or nothing is due.
 * Any number of processes may do so at once. One pass follows a minute after the request, for rows that were being
 * written when it came.
 * @returns how many integrations are erased now
 */
export async function eraseInPortions(
  pool: Pool,
  clock: { now(): number },
  isOver: () => boolean,
): Promise<number> {
  let finished = 0;
  while (!isOver()) {
    const done = await withTransaction(pool, (db) => erasePortion(db, clock.now()));
    if (done === 'nothing_due') break;
    if (done === 'erased') finished += 1;
  }
  return finished;
}

async function erasePortion(db: Db, now: number): Promise<'nothing_due' | 'more' | 'erased'> {
  const part = await takePart(db, now);
  if (!part) return 'nothing_due';
  const { code, integrationId } = part;
  const changed = await wipeEvents(db, part);
  const erased = changed ?? (await deleteRows(db, integrationId));
  if (erased > 0 || changed !== null) {
    await db.query(
      'update data_deletion_parts set erased = erased + $3 where code = $1 and integration_id = $2',
      [code, integrationId, erased],
    );
    return 'more';
  }
  const { rows } = await db.query<{ done: boolean }>(
    `update data_deletion_parts p set
       done_at = case when pass_began_at >= asked_at + $4 * interval '1 ms' then $3::timestamptz end,
       next_at = asked_at + $4 * interval '1 ms', pass_began_at = null, events_done_from = null
     from data_deletions d
     where d.code = p.code and p.code = $1 and integration_id = $2 returning done_at is not null as done`,
    [code, integrationId, new Date(now), SETTLED_AFTER_MS],
  );
  return rows[0]?.done ? 'erased' : 'more';
}

/** One that is due, and that nobody else is working on. */
async function takePart(db: Db, now: number): Promise<Part | null> {
  const { rows } = await db.query<{ code: string; integration_id: string; events_done_from: string | null }>(
    `update data_deletion_parts p set pass_began_at = coalesce(p.pass_began_at, $1)
     from (select code, integration_id from data_deletion_parts where done_at is null and next_at <= $1
           order by next_at limit 1 for update skip locked) due
     where p.code = due.code and p.integration_id = due.integration_id
     returning p.code, p.integration_id, p.events_done_from`,
    [new Date(now)],
  );
  const [row] = rows;
  return (
    (row && { code: row.code, integrationId: row.integration_id, eventsDoneFrom: row.events_done_from }) ??
    null
  );
}

/**
 * Takes what is personal out of events, the newest first, since these may still be on their way to somebody.
 * @returns how many were changed; null: all are done
 */
async function wipeEvents(db: Db, { code, integrationId, eventsDoneFrom }: Part): Promise<number | null> {
  const { rows } = await db.query<{ changed: string; from: string | null }>(
    `with portion as (
       select id, seq, data from events where integration_id = $1 and ($2::bigint is null or seq < $2)
       order by seq desc limit $3
     ), kept as (
       select id, coalesce((
         select jsonb_object_agg(key, value) from jsonb_each(data)
         where key = any ($4) and jsonb_typeof(value) not in ('object', 'array')
       ), '{}') || '{"account": null}' as data from portion
     ), changed as (
       update events e set data = kept.data from kept where e.id = kept.id and e.data <> kept.data returning 1
     )
     select (select count(*) from changed) as changed, (select min(seq) from portion) as from`,
    [integrationId, eventsDoneFrom, PORTION, FIELDS_KEPT_AFTER_DELETION],
  );
  const { changed, from } = rows[0]!;
  if (from === null) return null;
  await db.query(
    'update data_deletion_parts set events_done_from = $3 where code = $1 and integration_id = $2',
    [code, integrationId, from],
  );
  return Number(changed);
}

async function deleteRows(db: Db, integrationId: string): Promise<number> {
  for (const table of OF_INTEGRATION) {
    const { rowCount } = await db.query(
      `delete from ${table} where ctid = any (array(
         select ctid from ${table} where integration_id = $1 limit $2 for update))`,
      [integrationId, PORTION],
    );
    if (rowCount) return rowCount;
  }
  return 0;
}
