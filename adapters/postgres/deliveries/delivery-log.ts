import { type DeliveryStatus } from '../../../core/deliveries/deliveries';
import { type Delivery, deliveryOf } from './deliveries';
import { type Position } from '../integrations/integrations';
import { notifyRelays } from './outbox';
import { type Db } from '../pool';

export interface DeliveryFilter {
  endpointId: string | null;
  integrationId: string | null;
  status: DeliveryStatus | null;
}

/** Deliveries, newest first. @param before end of the previous page */
export async function listDeliveries(
  db: Db,
  { endpointId, integrationId, status }: DeliveryFilter,
  before: Position | null,
  limit: number,
): Promise<Delivery[]> {
  const { rows } = await db.query(
    `select * from deliveries
     where ($1::text is null or endpoint_id = $1)
       and ($2::text is null or integration_id = $2)
       and ($3::text is null or status = $3)
       and ($4::timestamptz is null or (created_at, id) < ($4, $5))
     order by created_at desc, id desc limit $6`,
    [endpointId, integrationId, status, before && new Date(before.createdAt), before?.id ?? '', limit],
  );
  return rows.map(deliveryOf);
}

export async function findDelivery(db: Db, id: string): Promise<Delivery | null> {
  const { rows } = await db.query('select * from deliveries where id = $1', [id]);
  return rows[0] ? deliveryOf(rows[0]) : null;
}

const PENDING_AGAIN = `status = 'waiting', tries = 0, handed_over_at = null, ended_at = null`;
/** By an email's recipient, or an endpoint that is not disabled. */
const IS_TAKEN = `not exists (
  select 1 from webhook_endpoints where id = endpoint_id and disabled_at is not null)`;

/**
 * Restarts a delivery in any state: due now, with all retries again, in the order of its event. Not for a disabled
 * endpoint. Works while Temporal is down: a relay picks it up.
 */
export async function redeliver(db: Db, id: string, now: number): Promise<Delivery | null> {
  const { rows } = await db.query(
    `update deliveries set ${PENDING_AGAIN}, next_attempt_at = $2 where id = $1 and ${IS_TAKEN} returning *`,
    [id, new Date(now)],
  );
  if (!rows[0]) return null;
  await notifyRelays(db);
  return deliveryOf(rows[0]);
}

/** Which failed deliveries: of one endpoint, of one integration, or all. */
export type FailedFilter = Pick<DeliveryFilter, 'endpointId' | 'integrationId'>;

/** The same for failed deliveries, the oldest first. @returns how many */
export async function redeliverFailed(
  db: Db,
  { endpointId, integrationId }: FailedFilter,
  now: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `update deliveries set ${PENDING_AGAIN}, next_attempt_at = $3
     where id in (
       select id from deliveries
       where status = 'failed' and ($1::text is null or endpoint_id = $1)
         and ($2::text is null or integration_id = $2)
         and ${IS_TAKEN}
       order by created_at limit $4 for update skip locked)`,
    [endpointId, integrationId, new Date(now), limit],
  );
  if (rowCount) await notifyRelays(db);
  return rowCount ?? 0;
}

export interface DeliveryCounts {
  waiting: number;
  /** Failed deliveries that are still stored. */
  failed: number;
  /** When the oldest pending delivery was created, in epoch ms. */
  oldestWaitingAt: number | null;
}

/** @param ownerRefs limits the count to these owners; null: all */
export async function deliveryCounts(
  db: Db,
  ownerRefs: readonly string[] | null = null,
): Promise<DeliveryCounts> {
  const { rows } = await db.query<{ waiting: string; failed: string; oldest: Date | null }>(
    `select count(*) filter (where status = 'waiting') as waiting, count(*) filter (where status = 'failed') as failed,
       min(created_at) filter (where status = 'waiting') as oldest
     from deliveries where status in ('waiting', 'failed') and ($1::text[] is null or integration_id in (
       select id from integrations where owner_ref = any ($1)))`,
    [ownerRefs],
  );
  const [counted] = rows;
  return {
    waiting: Number(counted?.waiting ?? 0),
    failed: Number(counted?.failed ?? 0),
    oldestWaitingAt: counted?.oldest?.getTime() ?? null,
  };
}
