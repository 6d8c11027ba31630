import { OWNER_TYPES, TROUBLE_TYPES } from '../../../core/deliveries/notice-policy';
import { type EventType } from '../../../core/deliveries/events';
import { type Delivery } from './deliveries';
import { type Db } from '../pool';

/** What happened after an event, and what people were told before it. */
type Place = Pick<Delivery, 'integrationId' | 'eventSeq'>;

/** Whether something of these types happened to the integration since. */
export async function happenedSince(db: Db, { integrationId, eventSeq }: Place, types: readonly EventType[]) {
  const { rowCount } = await db.query(
    'select 1 from events where integration_id = $1 and seq > $2 and type = any ($3) limit 1',
    [integrationId, eventSeq, types],
  );
  return rowCount === 1;
}

/** Whether the last mail to the integration's owner told of a trouble: then its end is news. */
export async function troubleWasTold(db: Db, { integrationId, eventSeq }: Place): Promise<boolean> {
  const { rows } = await db.query<{ event_type: EventType }>(
    `select event_type from deliveries
     where integration_id = $1 and kind = 'email' and status = 'delivered' and event_seq < $2
       and event_type = any ($3)
     order by event_seq desc limit 1`,
    [integrationId, eventSeq, OWNER_TYPES],
  );
  return rows[0] !== undefined && TROUBLE_TYPES.includes(rows[0].event_type);
}

/**
 * Whether operators were told of another token that does not open since then, or are about to be. @param since epoch ms
 */
export async function otherAlarm(
  db: Db,
  { eventSeq }: Pick<Delivery, 'eventSeq'>,
  since: number,
): Promise<'told' | 'waiting' | null> {
  const { rows } = await db.query<{ status: 'delivered' | 'waiting' }>(
    `select status from deliveries
     where kind = 'email' and event_type = 'token.decrypt_failed'
       and ((status = 'delivered' and ended_at >= $1) or (status = 'waiting' and event_seq < $2))
     order by status limit 1`,
    [new Date(since), eventSeq],
  );
  if (!rows[0]) return null;
  return rows[0].status === 'delivered' ? 'told' : 'waiting';
}

/** Whether an incident goes on. */
export async function incidentGoesOn(db: Db, incidentId: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from provider_incidents where id = $1 and ended_at is null', [
    incidentId,
  ]);
  return rowCount === 1;
}

/** Whether operators were told by mail that an incident began. */
export async function incidentWasTold(db: Db, incidentId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from deliveries d join events e on e.id = d.event_id
     where d.kind = 'email' and d.status = 'delivered' and e.type = 'provider.incident_started'
       and e.data ->> 'incidentId' = $1 limit 1`,
    [incidentId],
  );
  return rowCount === 1;
}

/** Whether an endpoint is disabled now. */
export async function endpointIsDisabled(db: Db, endpointId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'select 1 from webhook_endpoints where id = $1 and disabled_at is not null',
    [endpointId],
  );
  return rowCount === 1;
}
