import { OWNER_NOTICE_TYPES, PROBLEM_TYPES } from '../../../core/deliveries/notice-policy';
import { type EventType } from '../../../core/deliveries/events';
import { type Delivery } from './deliveries';
import { type Db } from '../pool';

/** Where an event stands among the others of its integration. */
type Place = Pick<Delivery, 'integrationId' | 'eventSeq'>;

/** Whether a later event of these types exists. */
export async function happenedSince(db: Db, { integrationId, eventSeq }: Place, types: readonly EventType[]) {
  const { rowCount } = await db.query(
    'select 1 from events where integration_id = $1 and seq > $2 and type = any ($3) limit 1',
    [integrationId, eventSeq, types],
  );
  return rowCount === 1;
}

/** Whether the last email about the integration was about a problem, so that its resolution is worth an email. */
export async function problemWasNotified(db: Db, { integrationId, eventSeq }: Place): Promise<boolean> {
  const { rows } = await db.query<{ event_type: EventType }>(
    `select event_type from deliveries
     where integration_id = $1 and kind = 'email' and status = 'delivered' and event_seq < $2
       and event_type = any ($3)
     order by event_seq desc limit 1`,
    [integrationId, eventSeq, OWNER_NOTICE_TYPES],
  );
  return rows[0] !== undefined && PROBLEM_TYPES.includes(rows[0].event_type);
}

/** An email about another token that cannot be decrypted: sent since then, or pending. @param since epoch ms */
export async function otherDecryptNotice(
  db: Db,
  { eventSeq }: Pick<Delivery, 'eventSeq'>,
  since: number,
): Promise<'sent' | 'pending' | null> {
  const { rows } = await db.query<{ status: 'delivered' | 'waiting' }>(
    `select status from deliveries
     where kind = 'email' and event_type = 'token.decrypt_failed'
       and ((status = 'delivered' and ended_at >= $1) or (status = 'waiting' and event_seq < $2))
     order by status limit 1`,
    [new Date(since), eventSeq],
  );
  if (!rows[0]) return null;
  return rows[0].status === 'delivered' ? 'sent' : 'pending';
}

export async function incidentIsOpen(db: Db, incidentId: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from provider_incidents where id = $1 and ended_at is null', [
    incidentId,
  ]);
  return rowCount === 1;
}

/** Whether the start of an incident was emailed to operators. */
export async function incidentWasNotified(db: Db, incidentId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from deliveries d join events e on e.id = d.event_id
     where d.kind = 'email' and d.status = 'delivered' and e.type = 'provider.incident_started'
       and e.data ->> 'incidentId' = $1 limit 1`,
    [incidentId],
  );
  return rowCount === 1;
}

export async function endpointIsDisabled(db: Db, endpointId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'select 1 from webhook_endpoints where id = $1 and disabled_at is not null',
    [endpointId],
  );
  return rowCount === 1;
}
