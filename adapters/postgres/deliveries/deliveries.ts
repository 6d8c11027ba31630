import { type Audience, type DeliveryKind, type DeliveryStatus } from '../../../core/deliveries/deliveries';
import { type EventType } from '../../../core/deliveries/events';
import { type Db } from '../pool';

/** One event for one webhook endpoint or one email. Instants are epoch ms. */
export interface Delivery {
  id: string;
  kind: DeliveryKind;
  eventId: string;
  type: EventType;
  eventSeq: string;
  integrationId: string | null;
  /** null: an email. */
  endpointId: string | null;
  /** Who received the email. */
  audience: Audience | null;
  lane: string;
  status: DeliveryStatus;
  /** All attempts. */
  attempts: number;
  /** Attempts since the delivery was last started. */
  tries: number;
  nextAttemptAt: number;
  /** HTTP status or SMTP reply code. */
  lastStatus: number | null;
  /** Of the last attempt, in ms; null: there was none, or it was made by an earlier release. */
  lastDurationMs: number | null;
  /** A sentence of ours. It contains no text from the receiver. */
  lastError: string | null;
  createdAt: number;
  endedAt: number | null;
}

/** The first pending delivery of a lane. Later ones are delivered after it. */
export async function headOfLane(db: Db, lane: string): Promise<Delivery | null> {
  const { rows } = await db.query(
    `select * from deliveries where lane = $1 and status = 'waiting' order by event_seq limit 1`,
    [lane],
  );
  return rows[0] ? deliveryOf(rows[0]) : null;
}

/** The result of an attempt, or why there was none. */
export interface Attempt {
  status: number | null;
  error: string | null;
  audience?: Audience | null;
  durationMs: number;
}

/** Ends a delivery after an attempt. */
export async function endDelivery(
  db: Db,
  id: string,
  end: Exclude<DeliveryStatus, 'waiting'>,
  { status, error, audience = null, durationMs }: Attempt,
  now: number,
): Promise<void> {
  await db.query(
    `update deliveries set status = $2, attempts = attempts + $3, tries = tries + $3, last_status = $4,
       last_error = $5, audience = coalesce($6, audience), ended_at = $7, last_duration_ms = $8
     where id = $1 and status = 'waiting'`,
    [id, end, end === 'skipped' ? 0 : 1, status, error, audience, new Date(now), durationMs],
  );
}

/** Records a failed attempt and schedules the next one. */
export async function scheduleRetry(
  db: Db,
  id: string,
  { status, error, audience = null, durationMs }: Attempt,
  at: number,
): Promise<void> {
  await db.query(
    `update deliveries set attempts = attempts + 1, tries = tries + 1, last_status = $2, last_error = $3,
       audience = coalesce($4, audience), next_attempt_at = $5, last_duration_ms = $6
     where id = $1 and status = 'waiting'`,
    [id, status, error, audience, new Date(at), durationMs],
  );
}

/** Delays a delivery without an attempt. */
export async function postpone(db: Db, id: string, why: string, at: number): Promise<void> {
  await db.query(
    `update deliveries set last_error = $2, next_attempt_at = $3 where id = $1 and status = 'waiting'`,
    [id, why, new Date(at)],
  );
}

/** Skips all pending deliveries of an endpoint. */
export async function skipPendingDeliveries(
  db: Db,
  endpointId: string,
  why: string,
  now: number,
): Promise<void> {
  await db.query(
    `update deliveries set status = 'skipped', last_error = $2, ended_at = $3
     where endpoint_id = $1 and status = 'waiting'`,
    [endpointId, why, new Date(now)],
  );
}

export function deliveryOf(row: { [column: string]: unknown }): Delivery {
  const r = row as {
    id: string;
    kind: DeliveryKind;
    event_id: string;
    event_type: EventType;
    event_seq: string;
    integration_id: string | null;
    endpoint_id: string | null;
    audience: Audience | null;
    lane: string;
    status: DeliveryStatus;
    attempts: number;
    tries: number;
    next_attempt_at: Date;
    last_status: number | null;
    last_duration_ms: number | null;
    last_error: string | null;
    created_at: Date;
    ended_at: Date | null;
  };
  return {
    id: r.id,
    kind: r.kind,
    eventId: r.event_id,
    type: r.event_type,
    eventSeq: r.event_seq,
    integrationId: r.integration_id,
    endpointId: r.endpoint_id,
    audience: r.audience,
    lane: r.lane,
    status: r.status,
    attempts: r.attempts,
    tries: r.tries,
    nextAttemptAt: r.next_attempt_at.getTime(),
    lastStatus: r.last_status,
    lastDurationMs: r.last_duration_ms,
    lastError: r.last_error,
    createdAt: r.created_at.getTime(),
    endedAt: r.ended_at?.getTime() ?? null,
  };
}
