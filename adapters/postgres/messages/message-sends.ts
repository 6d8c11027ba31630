import { DAY_MS } from '../../../core/time';
import { type Db, violates } from '../pool';

/** How long a key returns the result of its first use. */
export const SEND_KEPT_MS = 7 * DAY_MS;

export interface MessageSend {
  requestDigest: string;
  payloadId: string;
  /** Set once Instagram accepted the message. */
  sent: { messageId: string; recipientId: string } | null;
  /** Set if the send was refused or its outcome is unknown. */
  problem: { code: string; detail: string } | null;
  createdAt: number;
  /** When Instagram was called, until the outcome is known. */
  calledAt: number | null;
  /** When that call ended, or the send did. Null while a call may be under way. */
  finishedAt: number | null;
}

/** Claims an Idempotency-Key for a send. A second caller receives the first one's row. */
export async function claimSend(
  db: Db,
  send: { integrationId: string; keyDigest: string; requestDigest: string; payloadId: string },
  now: number,
): Promise<{ first: boolean; send: MessageSend }> {
  const { rowCount } = await db.query(
    `insert into message_sends (integration_id, key_digest, request_digest, payload_id, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (integration_id, key_digest) do update
       set request_digest = excluded.request_digest, payload_id = excluded.payload_id, message_id = null,
           recipient_id = null, problem = null, called_at = null, created_at = excluded.created_at, finished_at = null,
           expires_at = excluded.expires_at
       where message_sends.expires_at <= $5`,
    [
      send.integrationId,
      send.keyDigest,
      send.requestDigest,
      send.payloadId,
      new Date(now),
      new Date(now + SEND_KEPT_MS),
    ],
  );
  const found = await findSend(db, send.integrationId, send.keyDigest);
  if (!found) throw new Error('A send that was just recorded is gone.');
  return { first: rowCount === 1, send: found };
}

export async function findSend(
  db: Db,
  integrationId: string,
  keyDigest: string,
): Promise<MessageSend | null> {
  const { rows } = await db.query<{
    request_digest: string;
    payload_id: string;
    message_id: string | null;
    recipient_id: string | null;
    problem: { code: string; detail: string } | null;
    created_at: Date;
    called_at: Date | null;
    finished_at: Date | null;
  }>('select * from message_sends where integration_id = $1 and key_digest = $2', [integrationId, keyDigest]);
  const [row] = rows;
  if (!row) return null;
  return {
    requestDigest: row.request_digest,
    payloadId: row.payload_id,
    sent:
      row.message_id !== null && row.recipient_id !== null
        ? { messageId: row.message_id, recipientId: row.recipient_id }
        : null,
    problem: row.problem,
    createdAt: row.created_at.getTime(),
    calledAt: row.called_at?.getTime() ?? null,
    finishedAt: row.finished_at?.getTime() ?? null,
  };
}

type SendKey = { integrationId: string; keyDigest: string };

/**
 * Records that a call to Instagram starts. False: an earlier call has an unknown outcome, for example because its
 * process was killed.
 */
export async function beginCall(db: Db, send: SendKey, now: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update message_sends set called_at = $3, finished_at = null
     where integration_id = $1 and key_digest = $2 and called_at is null`,
    [send.integrationId, send.keyDigest, new Date(now)],
  );
  return rowCount === 1;
}

/** The call of this instant ended without a clear answer: whether it sent something is found out elsewhere. */
export async function endCall(db: Db, send: SendKey, calledAt: number, now: number): Promise<void> {
  await db.query(
    `update message_sends set finished_at = $4
     where integration_id = $1 and key_digest = $2 and called_at = $3 and message_id is null`,
    [send.integrationId, send.keyDigest, new Date(calledAt), new Date(now)],
  );
}

/** The call of this instant sent nothing: the next one may start. One that began since then is another call. */
export async function forgetCall(db: Db, send: SendKey, calledAt: number): Promise<void> {
  await db.query(
    `update message_sends set called_at = null
     where integration_id = $1 and key_digest = $2 and called_at = $3 and message_id is null`,
    [send.integrationId, send.keyDigest, new Date(calledAt)],
  );
}

/** Stores the message of a send. False: another send has claimed that message. */
export async function claimSent(
  db: Db,
  send: { integrationId: string; keyDigest: string },
  sent: { messageId: string; recipientId: string },
  now: number,
): Promise<boolean> {
  try {
    await db.query(
      `update message_sends set message_id = $3, recipient_id = $4, finished_at = $5
       where integration_id = $1 and key_digest = $2 and message_id is null`,
      [send.integrationId, send.keyDigest, sent.messageId, sent.recipientId, new Date(now)],
    );
    return true;
  } catch (error) {
    if (violates(error, 'message_sends_one_per_message')) return false;
    throw error;
  }
}

export async function finishSend(
  db: Db,
  integrationId: string,
  keyDigest: string,
  result:
    { sent: { messageId: string; recipientId: string } } | { problem: { code: string; detail: string } },
  now: number,
): Promise<void> {
  const sent = 'sent' in result ? result.sent : null;
  const problem = 'problem' in result ? result.problem : null;
  await db.query(
    `update message_sends set message_id = $3, recipient_id = $4, problem = $5, finished_at = $6
     where integration_id = $1 and key_digest = $2 and message_id is null`,
    [
      integrationId,
      keyDigest,
      sent?.messageId ?? null,
      sent?.recipientId ?? null,
      problem && JSON.stringify(problem),
      new Date(now),
    ],
  );
}
