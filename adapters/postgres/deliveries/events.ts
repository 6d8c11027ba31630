import { AUDIT_EVENT, type EventType } from '../../../core/deliveries/events';
import { MINUTE_MS } from '../../../core/time';
import { newId } from '../../ids';
import { type Integration } from '../integrations/integration-row';
import { type Db } from '../pool';

export interface Event {
  id: string;
  type: EventType;
  /** Epoch ms. */
  at: number;
  integrationId: string | null;
  data: Record<string, unknown>;
}

/**
 * Writes one event about an integration in its current state. Never pass token material.
 * @param options `unlessTold`: for types that are unique in the database, so that only the first writer succeeds
 * @returns its ID
 */
export async function addEvent(
  db: Db,
  integration: Integration,
  event: { type: EventType; data?: Record<string, unknown> },
  now: number,
  { unlessTold = false }: { unlessTold?: boolean } = {},
): Promise<string> {
  const data = {
    integrationId: integration.id,
    externalId: integration.externalId,
    ownerRef: integration.ownerRef,
    account: integration.accountId && { id: integration.accountId, username: integration.username },
    state: integration.state,
    reason: integration.reason,
    tokenVersion: integration.version,
    expiresAt: integration.expiresAt === null ? null : new Date(integration.expiresAt).toISOString(),
    ...event.data,
  };
  return insert(db, event.type, integration.id, data, now, unlessTold);
}

/** Writes one event that concerns no single integration. */
export async function addGeneralEvent(
  db: Db,
  event: { type: EventType; data: Record<string, unknown> },
  now: number,
): Promise<void> {
  await insert(db, event.type, null, event.data, now);
}

async function insert(
  db: Db,
  type: EventType,
  integrationId: string | null,
  data: Record<string, unknown>,
  now: number,
  unlessTold = false,
): Promise<string> {
  const id = newId('evt');
  await db.query(
    `insert into events (id, type, at, integration_id, data) values ($1, $2, $3, $4, $5)
     ${unlessTold ? 'on conflict do nothing' : ''}`,
    [id, type, new Date(now), integrationId, JSON.stringify(data)],
  );
  return id;
}

/** The timeline of one integration, newest first. @param before event ID to continue from */
export async function timeline(
  db: Db,
  integrationId: string,
  limit: number,
  before: string | null,
  types: readonly EventType[] | null = null,
): Promise<Event[]> {
  const { rows } = await db.query(
    `select id, type, at, integration_id, data from events
     where integration_id = $1 and ($3::text is null or seq < (select seq from events where id = $3))
       and ($4::text[] is null or type = any ($4))
     order by seq desc limit $2`,
    [integrationId, limit, before, types],
  );
  return rows.map(eventOf);
}

/**
 * A transaction that stays open anywhere in the cluster holds the feed back, and no longer than this: none of ours, which
 * alone write events, lasts for minutes.
 */
const FEED_HELD_BACK_MS = 10 * MINUTE_MS;

/** A place in the feed: behind the event with these numbers, or where one with them would be. */
export interface FeedPosition {
  tx: string;
  seq: string;
}

interface FeedFilter {
  type: string | null;
  /** Only events of integrations that belong to these owners now; null: all events. */
  ownerRefs: readonly string[] | null;
}

/**
 * All events behind a position, oldest first. A reader that continues from `position` misses none: it is behind the last
 * event of a full page, and otherwise behind all that the feed shows now, whether or not they match. Each filter finds
 * its events by an index, so that a poll costs the same however many there are.
 */
export async function feed(
  db: Db,
  options: FeedFilter & { after: FeedPosition | null; limit: number; now: number },
): Promise<{ events: Event[]; position: FeedPosition }> {
  const { type, ownerRefs, limit } = options;
  const after = options.after ?? { tx: '0', seq: '0' };
  const { rows } = await db.query<{ end: string; tx: string | null; seq: string | null; id: string | null }>(
    `select e.*, horizon.tx as end
     from (select pg_snapshot_xmin(pg_current_snapshot()) as tx) horizon
     left join lateral (${matching(options)}) e on true
     order by e.tx, e.seq`,
    [
      after.tx,
      after.seq,
      limit,
      new Date(options.now - FEED_HELD_BACK_MS),
      ...(type === null ? [] : [type]),
      ...(ownerRefs === null ? [] : [ownerRefs]),
    ],
  );
  const found = rows.filter(({ id }) => id !== null);
  const last = found.at(-1);
  const behindLast = { tx: last?.tx ?? after.tx, seq: last?.seq ?? after.seq };
  const isFull = found.length === limit;
  const end = { tx: rows[0]!.end, seq: '0' };
  return { events: found.map(eventOf), position: isFull ? behindLast : laterOf(behindLast, end) };
}

/** Behind every event. The largest numbers of PostgreSQL's `xid8` and `bigint`. */
export const LAST_POSITION: FeedPosition = { tx: String(2n ** 64n - 1n), seq: String(2n ** 63n - 1n) };

/**
 * The latest events before a position, newest first. Unlike the feed it shows what is committed at once, and so is no
 * place to continue from later.
 */
export async function latestEvents(
  db: Db,
  options: FeedFilter & { before: FeedPosition; limit: number },
): Promise<Event[]> {
  const { type, ownerRefs, before, limit } = options;
  const { rows } = await db.query(matching(options, 'newest first'), [
    before.tx,
    before.seq,
    limit,
    ...(type === null ? [] : [type]),
    ...(ownerRefs === null ? [] : [ownerRefs]),
  ]);
  return rows.map(eventOf);
}

/**
 * SQL: the events behind $1, $2, or before them where the newest come first, $3 at most. $4 is the age of what the feed
 * no longer holds back; the next ones are the filters that there are.
 */
function matching({ type, ownerRefs }: FeedFilter, order: 'oldest first' | 'newest first' = 'oldest first') {
  const isFeed = order === 'oldest first';
  const filters = isFeed ? 5 : 4;
  const ofType = type === null ? `and type <> '${AUDIT_EVENT}'` : `and type = $${filters}`;
  const shown = isFeed ? 'and (events.tx < horizon.tx or at < $4)' : '';
  const ordered = (tx: string) => (isFeed ? `${tx}, seq` : `${tx} desc, seq desc`);
  const one = (columns: string, more = '') =>
    `select ${columns} from events
     where (events.tx, seq) ${isFeed ? '>' : '<'} ($1::xid8, $2::bigint) ${shown} ${ofType} ${more}
     order by ${ordered('events.tx')} limit $3`;
  const columns = 'id, type, at, integration_id, data, events.tx, seq';
  if (ownerRefs === null) return one(columns);
  // Per integration from an index alone: the rows themselves are read only of those that are shown.
  return `
    select ${columns} from (
      select found.* from integrations i
      cross join lateral (${one('events.tx, seq', 'and integration_id = i.id')}) found
      where i.owner_ref = any ($${filters + (type === null ? 0 : 1)})
      order by ${ordered('tx')} limit $3
    ) shown join events using (tx, seq) order by ${ordered('events.tx')}`;
}

function laterOf(a: FeedPosition, b: FeedPosition): FeedPosition {
  const difference = BigInt(a.tx) - BigInt(b.tx) || BigInt(a.seq) - BigInt(b.seq);
  return difference >= 0n ? a : b;
}

/** Where an event is in the feed; null: it is unknown, or no longer kept. */
export async function positionOf(db: Db, eventId: string): Promise<FeedPosition | null> {
  const { rows } = await db.query<FeedPosition>('select tx, seq from events where id = $1', [eventId]);
  return rows[0] ?? null;
}

/**
 * The age of the oldest event that the feed does not show yet, in seconds; 0: it shows all. Events appear in the feed
 * once every transaction that began before theirs has ended, so that a reader misses none.
 */
export async function feedLagSeconds(db: Db, now: number): Promise<number> {
  const { rows } = await db.query<{ at: Date | null }>(
    'select min(at) as at from events where tx >= pg_snapshot_xmin(pg_current_snapshot()) and at >= $1',
    [new Date(now - FEED_HELD_BACK_MS)],
  );
  const at = rows[0]?.at?.getTime();
  return at === undefined ? 0 : Math.max(0, (now - at) / 1000);
}

/** The ID of the latest event. It changes with every new event. */
export async function newestEvent(db: Db): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>('select id from events order by tx desc, seq desc limit 1');
  return rows[0]?.id ?? null;
}

export async function findEvent(db: Db, id: string): Promise<Event | null> {
  const { rows } = await db.query('select id, type, at, integration_id, data from events where id = $1', [
    id,
  ]);
  return rows[0] ? eventOf(rows[0]) : null;
}

export async function eventExists(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from events where id = $1', [id]);
  return rowCount === 1;
}

function eventOf(row: { [column: string]: unknown }): Event {
  const { id, type, at, integration_id, data } = row as {
    id: string;
    type: EventType;
    at: Date;
    integration_id: string | null;
    data: Record<string, unknown>;
  };
  return { id, type, at: at.getTime(), integrationId: integration_id, data };
}
