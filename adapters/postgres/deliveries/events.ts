import { type EventType } from '../../../core/deliveries/events';
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
): Promise<Event[]> {
  const { rows } = await db.query(
    `select id, type, at, integration_id, data from events
     where integration_id = $1 and ($3::text is null or seq < (select seq from events where id = $3))
     order by seq desc limit $2`,
    [integrationId, limit, before],
  );
  return rows.map(eventOf);
}

/**
 * A transaction that stays open anywhere in the cluster holds the feed back, and no longer than this: none of ours, which
 * alone write events, lasts for minutes.
 */
const FEED_HELD_BACK_MS = 10 * MINUTE_MS;

/**
 * All events, oldest first. A reader that continues from the last ID it saw misses none.
 * @param options.ownerRefs only events of integrations that belong to these owners now
 */
export async function feed(
  db: Db,
  options: {
    after: string | null;
    type: string | null;
    limit: number;
    ownerRefs: readonly string[] | null;
    now: number;
  },
): Promise<Event[]> {
  const { rows } = await db.query(
    `select id, type, at, integration_id, data from events
     where (tx < pg_snapshot_xmin(pg_current_snapshot()) or at < $5)
       and ($1::text is null or (tx, seq) > (select tx, seq from events where id = $1))
       and ($2::text is null or type = $2)
       and ($4::text[] is null
            or integration_id in (select id from integrations where owner_ref = any ($4)))
     order by tx, seq limit $3`,
    [
      options.after,
      options.type,
      options.limit,
      options.ownerRefs,
      new Date(options.now - FEED_HELD_BACK_MS),
    ],
  );
  return rows.map(eventOf);
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
