import { type InboundItem } from '../../../core/messaging/inbound';
import { MINUTE_MS, SECOND_MS } from '../../../core/time';
import { type Db } from '../pool';

/** Most messages come in as well, at the same moment. */
const FETCH_AFTER_MS = 5 * SECOND_MS;
/** Whoever fetches one and is killed leaves it to others after this. */
const LEASE_MS = 2 * MINUTE_MS;
const AT_ONCE = 10;

/** A message of which only the ID came in. */
export interface PendingMessage {
  integrationId: string;
  messageId: string;
  standby: boolean;
  withText: boolean;
  /** Epoch ms. */
  seenAt: number;
  /** This one included. */
  attempts: number;
}

/** @returns whether it was new */
export async function addPending(
  db: Db,
  integrationId: string,
  { messageId, standby }: Pick<InboundItem, 'messageId' | 'standby'>,
  withText: boolean,
  now: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into pending_messages (integration_id, message_id, standby, with_text, seen_at, next_attempt_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
    [integrationId, messageId, standby, withText, new Date(now), new Date(now + FETCH_AFTER_MS)],
  );
  return rowCount === 1;
}

/** Those that are due, leased to the caller. */
export async function takePending(db: Db, now: number): Promise<PendingMessage[]> {
  const { rows } = await db.query<{
    integration_id: string;
    message_id: string;
    standby: boolean;
    with_text: boolean;
    seen_at: Date;
    attempts: number;
  }>(
    `update pending_messages p set next_attempt_at = $2, attempts = p.attempts + 1
     from (
       select integration_id, message_id from pending_messages where next_attempt_at <= $1
       order by next_attempt_at limit $3 for update skip locked
     ) due
     where p.integration_id = due.integration_id and p.message_id = due.message_id
     returning p.*`,
    [new Date(now), new Date(now + LEASE_MS), AT_ONCE],
  );
  return rows.map((row) => ({
    integrationId: row.integration_id,
    messageId: row.message_id,
    standby: row.standby,
    withText: row.with_text,
    seenAt: row.seen_at.getTime(),
    attempts: row.attempts,
  }));
}

export async function retryPending(db: Db, { integrationId, messageId }: PendingMessage, at: number) {
  await db.query(
    'update pending_messages set next_attempt_at = $3 where integration_id = $1 and message_id = $2',
    [integrationId, messageId, new Date(at)],
  );
}

export async function removePending(db: Db, { integrationId, messageId }: PendingMessage): Promise<void> {
  await db.query('delete from pending_messages where integration_id = $1 and message_id = $2', [
    integrationId,
    messageId,
  ]);
}
