import { sha256 } from '../../digest';
import { type Db } from '../pool';

/** What events keep of a message that was taken back: that it was there, and of what kind. */
const KEPT = ['id', 'senderId', 'partnerId', 'sentAt', 'standby', 'kind', 'unsupported'];

/** Events of releases that did not note which message they are about are looked for among this many. */
const UNNOTED_EVENTS = 2_000;

/** Remembers that an event is about a message. */
export async function noteEvent(
  db: Db,
  integrationId: string,
  messageId: string,
  eventId: string,
): Promise<void> {
  await db.query('insert into message_events (integration_id, digest, event_id) values ($1, $2, $3)', [
    integrationId,
    sha256(messageId),
    eventId,
  ]);
}

/**
 * Removes what a message contained wherever it is kept: in events, which deliveries that are still to be sent consist of;
 * in pages of conversations; and in the send that it may have been.
 */
export async function wipeMessage(db: Db, integrationId: string, messageId: string): Promise<void> {
  await db.query(
    `update events set data = jsonb_set(data, '{message}', (
       select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(data -> 'message') where key = any ($3)
     ) || '{"deleted": true}')
     where data -> 'message' ->> 'id' = $2 and type in ('message.received', 'message.edited') and id in (
       select event_id from message_events where integration_id = $1 and digest = $4
       union all
       (select id from events
        where integration_id = $1 and not exists (
          select 1 from message_events where integration_id = $1 and digest = $4)
        order by seq desc limit ${UNNOTED_EVENTS}))`,
    [integrationId, messageId, KEPT, sha256(messageId)],
  );
  // Which messages a sealed page has is not known without opening it; each lives for a day at most.
  await db.query(
    `delete from sealed_payloads where integration_id = $1 and (purpose in ('messages', 'call') or id in (
       select payload_id from message_sends where integration_id = $1 and message_id = $2))`,
    [integrationId, messageId],
  );
}
