import { type Pool } from 'pg';
import {
  NOTICE_DELAY_MS,
  PROBLEM_TYPES,
  isResolution,
  isForOperators,
  hasNotice,
} from '../../../core/deliveries/notice-policy';
import { AUDIT_EVENT, type EventType } from '../../../core/deliveries/events';
import { newId } from '../../ids';
import { type Db, withTransaction } from '../pool';

/** The PostgreSQL channel that announces new events. */
export const OUTBOX_CHANNEL = 'evergrant_outbox';

/** Events, and lanes, of one round. */
export const RELAYED_AT_ONCE = 200;

/** Who can receive email in this deployment. */
export interface MailReach {
  owners: boolean;
  operators: boolean;
}

interface OutboxEvent {
  id: string;
  seq: string;
  type: EventType;
  at: Date;
  integration_id: string | null;
}

/**
 * Turns new events into deliveries, oldest first: one per enabled endpoint that subscribes to the type and existed at the
 * time of the event, and one email for events that have a notice. One relay runs at a time, so that the deliveries of a
 * lane are created in the order of their events.
 * @returns how many events were relayed; 0 also while another relay is running
 */
export async function relayEvents(pool: Pool, reach: MailReach, now: number): Promise<number> {
  return withTransaction(pool, async (db) => {
    const { rows: locks } = await db.query<{ mine: boolean }>(
      `select pg_try_advisory_xact_lock(hashtext('evergrant.relay')) as mine`,
    );
    if (!locks[0]?.mine) return 0;
    const { rows: events } = await db.query<OutboxEvent>(
      'select id, seq, type, at, integration_id from events where relayed_at is null order by seq limit $1',
      [RELAYED_AT_ONCE],
    );
    for (const event of events) {
      await addWebhooks(db, event, now);
      if (isMailed(event.type, reach)) await addMail(db, event, now);
    }
    if (events.length > 0)
      await db.query('update events set relayed_at = $2 where id = any ($1)', [
        events.map(({ id }) => id),
        new Date(now),
      ]);
    return events.length;
  });
}

async function addWebhooks(db: Db, event: OutboxEvent, now: number): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    `select id from webhook_endpoints
     where disabled_at is null and created_at <= $2 and events && $1 order by created_at, id`,
    [event.type === AUDIT_EVENT ? [event.type] : [event.type, '*'], event.at],
  );
  for (const { id } of rows)
    await db.query(
      `insert into deliveries (id, kind, event_id, event_type, event_seq, integration_id, endpoint_id,
                               next_attempt_at, created_at)
       values ($1, 'webhook', $2, $3, $4, $5, $6, $7, $7) on conflict do nothing`,
      [newId('dlv'), event.id, event.type, event.seq, event.integration_id, id, new Date(now)],
    );
}

function isMailed(type: EventType, { owners, operators }: MailReach): boolean {
  return hasNotice(type) && (isForOperators(type) ? operators : owners);
}

/** The resolution of a problem is emailed only if an email about the problem was sent or is pending. */
async function addMail(db: Db, event: OutboxEvent, now: number): Promise<void> {
  await db.query(
    `insert into deliveries (id, kind, event_id, event_type, event_seq, integration_id, next_attempt_at, created_at)
     select $1, 'email', $2, $3::text, $4, $5::text, $6, $7
     where not $8 or exists (
       select 1 from deliveries
       where integration_id = $5 and kind = 'email' and event_type = any ($9) and status in ('waiting', 'delivered'))
     on conflict do nothing`,
    [
      newId('dlv'),
      event.id,
      event.type,
      event.seq,
      event.integration_id,
      new Date(event.at.getTime() + NOTICE_DELAY_MS),
      new Date(now),
      isResolution(event.type),
      PROBLEM_TYPES,
    ],
  );
}

/** A lane with deliveries that no workflow has received yet. */
export interface Handover {
  lane: string;
  deliveryIds: string[];
}

export async function lanesToHandOver(db: Db): Promise<Handover[]> {
  const { rows } = await db.query<{ lane: string; ids: string[] }>(
    `select lane, array_agg(id) as ids from deliveries
     where status = 'waiting' and handed_over_at is null group by lane limit $1`,
    [RELAYED_AT_ONCE],
  );
  return rows.map(({ lane, ids }) => ({ lane, deliveryIds: ids }));
}

export async function markHandedOver(db: Db, { deliveryIds }: Handover, now: number): Promise<void> {
  await db.query('update deliveries set handed_over_at = $2 where id = any ($1)', [
    deliveryIds,
    new Date(now),
  ]);
}

/** Lanes with deliveries that were due before this instant: their workflow may be lost. @returns how many */
export async function requeueOverdueLanes(db: Db, before: number): Promise<number> {
  const { rows } = await db.query<{ lane: string }>(
    `update deliveries d set handed_over_at = null
     where status = 'waiting' and handed_over_at is not null and next_attempt_at < $1 and not exists (
       select 1 from deliveries e
       where e.lane = d.lane and e.status = 'waiting' and e.event_seq < d.event_seq)
     returning lane`,
    [new Date(before)],
  );
  if (rows.length > 0) await notifyRelays(db);
  return rows.length;
}

export async function notifyRelays(db: Db): Promise<void> {
  await db.query('select pg_notify($1, $2)', [OUTBOX_CHANNEL, '']);
}
