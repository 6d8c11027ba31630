import { type Db } from '../pool';

/** What events keep of a message that was taken back: that it was there, and of what kind. */
const KEPT = ['id', 'senderId', 'partnerId', 'sentAt', 'standby', 'kind', 'unsupported'];

/**
 * Removes what a message contained wherever it is kept: in events, which deliveries that are still to be sent consist of;
 * in pages of conversations; and in the send that it may have been.
 */
export async function wipeMessage(db: Db, integrationId: string, messageId: string): Promise<void> {
  await db.query(
    `update events set data = jsonb_set(data, '{message}', (
       select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(data -> 'message') where key = any ($3)
     ) || '{"deleted": true}')
     where integration_id = $1 and data -> 'message' ->> 'id' = $2
       and type in ('message.received', 'message.edited')`,
    [integrationId, messageId, KEPT],
  );
  // Which messages a sealed page has is not known without opening it; each lives for a day at most.
  await db.query(
    `delete from sealed_payloads where integration_id = $1 and (purpose = 'messages' or id in (
       select payload_id from message_sends where integration_id = $1 and message_id = $2))`,
    [integrationId, messageId],
  );
}
