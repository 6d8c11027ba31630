import { type Pool } from 'pg';
import { type InboundMessage } from '../../instagram/inbound';
import { sha256 } from '../../digest';
import { addEvent } from '../deliveries/events';
import { type Integration, integrationOf } from '../integrations/integration-row';
import { type Db, withTransaction } from '../pool';

/**
 * Writes one event per message to a connected account. Messages to other accounts are ignored, and so are messages that
 * were seen before: Instagram repeats deliveries that were not acknowledged, in any order.
 * @returns how many events were written
 */
export async function storeMessages(
  pool: Pool,
  app: { provider: string; appId: string },
  messages: InboundMessage[],
  options: { withText: boolean },
  now: number,
): Promise<number> {
  if (messages.length === 0) return 0;
  return withTransaction(pool, async (db) => {
    const rows = await integrationsOf(db, app, messages);
    const wanted = new Map<string, { integration: Integration; message: InboundMessage }>();
    for (const message of messages) {
      const integration = rows.get(message.accountId);
      if (integration) wanted.set(`${integration.id} ${digestOf(message)}`, { integration, message });
    }
    const fresh = await claim(db, [...wanted.keys()], now);
    for (const [key, { integration, message }] of wanted) {
      if (!fresh.has(key)) continue;
      const data = { message: toldOf(message, options.withText) };
      await addEvent(db, integration, { type: 'message.received', data }, now);
    }
    return fresh.size;
  });
}

/** The message as events contain it. The sender of an incoming message is the conversation partner. */
function toldOf({ messageId, senderId, sentAt, text }: InboundMessage, withText: boolean) {
  return {
    id: messageId,
    senderId,
    partnerId: senderId,
    sentAt: sentAt === null ? null : new Date(sentAt).toISOString(),
    ...(withText && { text }),
  };
}

async function integrationsOf(
  db: Db,
  { provider, appId }: { provider: string; appId: string },
  messages: InboundMessage[],
): Promise<Map<string | null, Integration>> {
  // Locked, so that no event is written for an account whose data is being deleted.
  const { rows } = await db.query(
    `select * from integrations
     where provider = $1 and app_id = $2 and account_id = any ($3) and state <> 'disconnected' for key share`,
    [provider, appId, messages.map(({ accountId }) => accountId)],
  );
  return new Map(rows.map(integrationOf).map((row) => [row.accountId, row]));
}

/** The keys that are new. Claimed in a fixed order, so that concurrent deliveries cannot deadlock. */
async function claim(db: Db, keys: string[], now: number): Promise<Set<string>> {
  const pairs = keys.toSorted().map((key) => key.split(' '));
  const { rows } = await db.query<{ key: string }>(
    `insert into received_messages (integration_id, digest, received_at)
     select id, decode(digest, 'hex'), $3 from unnest($1::text[], $2::text[]) as given (id, digest)
     on conflict do nothing
     returning integration_id || ' ' || encode(digest, 'hex') as key`,
    [pairs.map(([id]) => id), pairs.map(([, digest]) => digest), new Date(now)],
  );
  return new Set(rows.map(({ key }) => key));
}

function digestOf({ messageId }: InboundMessage): string {
  return sha256(messageId).toString('hex');
}
