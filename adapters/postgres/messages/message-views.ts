import { type Pool } from 'pg';
import { MINUTE_MS } from '../../../core/time';
import { sha256 } from '../../digest';
import { addEvent } from '../deliveries/events';
import { type Integration } from '../integrations/integration-row';
import { withTransaction } from '../pool';

/** Looks of one viewer at one conversation within this time are one event. */
export const VIEW_TOLD_FOR_MS = 15 * MINUTE_MS;

export interface Viewer {
  /** The session, or what else tells this viewer from others. Stored as a hash. */
  session: string;
  name: string;
  keyId: string;
}

/**
 * Reports that somebody was shown messages, once per session, conversation and quarter of an hour, whatever the browser
 * says of its request. @param conversationId null: the list of conversations
 */
export async function noteMessageView(
  pool: Pool,
  integration: Integration,
  { session, name, keyId }: Viewer,
  conversationId: string | null,
  now: number,
): Promise<void> {
  await withTransaction(pool, async (db) => {
    const { rowCount } = await db.query(
      `insert into message_views as v (viewer, integration_id, conversation, told_at) values ($1, $2, $3, $4)
       on conflict (integration_id, viewer, conversation) do update set told_at = excluded.told_at
       where v.told_at <= $5 or v.told_at > excluded.told_at`,
      [
        sha256(session),
        integration.id,
        sha256(conversationId ?? ''),
        new Date(now),
        new Date(now - VIEW_TOLD_FOR_MS),
      ],
    );
    if (rowCount !== 1) return;
    const data = { by: name, keyId, conversationId };
    await addEvent(db, integration, { type: 'messages.viewed', data }, now);
  });
}
