import { type Pool } from 'pg';
import { type InboundItem, isBareEdit, reportOf } from '../../../core/messaging/inbound';
import { type EventType } from '../../../core/deliveries/events';
import { sha256 } from '../../digest';
import { addEvent } from '../deliveries/events';
import { type Integration, integrationOf } from '../integrations/integration-row';
import { type Db, withTransaction } from '../pool';
import { addPending } from './pending-messages';
import { noteEvent, wipeMessage } from './unsent-messages';

/** What became of an item. `ignored`: the account's own, or that a message was read. */
export type Outcome = 'taken' | 'duplicate' | 'ignored' | 'unknown_account';

const EVENTS: Partial<Record<InboundItem['kind'], EventType>> = {
  message: 'message.received',
  postback: 'message.received',
  referral: 'message.received',
  reaction: 'message.received',
  edit: 'message.edited',
  unsend: 'message.deleted',
};

/**
 * Writes one event per item about a connected account. Repetitions change nothing: Instagram repeats deliveries that were
 * not acknowledged, in any order. A message that was taken back loses its text wherever that is kept, and is not reported
 * any more should it come later.
 * @returns what became of each
 */
export async function storeItems(
  pool: Pool,
  app: { provider: string; appId: string },
  items: InboundItem[],
  options: { withText: boolean },
  now: number,
): Promise<Outcome[]> {
  if (items.length === 0) return [];
  return withTransaction(pool, async (db) => {
    const rows = await integrationsOf(db, app, items);
    const placed = items.map((item) => ({ item, integration: rows.get(item.accountId) }));
    const known = placed.flatMap(({ item, integration }) =>
      integration && !isIgnored(item, integration) ? [{ item, integration }] : [],
    );
    await lockMessages(db, known);
    const fresh = await claim(db, await keysOf(db, known), now);
    const outcomes: Outcome[] = [];
    for (const { item, integration } of placed)
      outcomes.push(
        !integration
          ? 'unknown_account'
          : isIgnored(item, integration)
            ? 'ignored'
            : await store(db, integration, item, fresh, options.withText, now),
      );
    return outcomes;
  });
}

interface Placed {
  integration: Integration;
  item: InboundItem;
}

function isIgnored({ kind, senderId }: InboundItem, { accountId, accountScopedId }: Integration): boolean {
  if (kind === 'unsend') return false;
  return (
    kind === 'echo' ||
    kind === 'read' ||
    (senderId !== null && [accountId, accountScopedId].includes(senderId))
  );
}

async function store(
  db: Db,
  integration: Integration,
  item: InboundItem,
  fresh: Set<string>,
  withText: boolean,
  now: number,
): Promise<Outcome> {
  const { kind, messageId } = item;
  if (isBareEdit(item) && !(await isTold(db, integration.id, item)))
    return (await addPending(db, integration.id, item, withText, now)) ? 'taken' : 'duplicate';
  // Whatever comes first claims its keys: of two in one delivery that is the first, too.
  const isFirst = fresh.delete(claimOf(integration, item.key));
  if (kind === 'unsend') fresh.delete(claimOf(integration, messageId ?? ''));
  if (!isFirst) return 'duplicate';
  if (kind === 'edit' && (await isUnsent(db, integration.id, item))) return 'duplicate';
  const ownIds = [integration.accountId, integration.accountScopedId];
  const type = EVENTS[kind];
  if (type) {
    const data = { message: reportOf(item, ownIds, withText) };
    const eventId = await addEvent(db, integration, { type, data }, now);
    if (messageId !== null && kind !== 'unsend') await noteEvent(db, integration.id, messageId, eventId);
  }
  if (kind === 'unsend' && messageId !== null) await wipeMessage(db, integration.id, messageId);
  return 'taken';
}

async function integrationsOf(
  db: Db,
  { provider, appId }: { provider: string; appId: string },
  items: InboundItem[],
): Promise<Map<string | null, Integration>> {
  const ids = [...new Set(items.map(({ accountId }) => accountId))];
  // Locked, so that no event is written for an account whose data is being deleted.
  const { rows } = await db.query(
    `select * from integrations
     where provider = $1 and app_id = $2 and (account_id = any ($3) or account_scoped_id = any ($3))
       and state <> 'disconnected' for key share`,
    [provider, appId, ids],
  );
  const integrations = rows.map(integrationOf);
  return new Map([
    ...integrations.map((row) => [row.accountScopedId, row] as const),
    ...integrations.map((row) => [row.accountId, row] as const),
  ]);
}

/** An edit and its message's end do not pass each other: each sees what the other has written. */
async function lockMessages(db: Db, placed: Placed[]): Promise<void> {
  const ids = placed
    .filter(({ item }) => item.kind === 'edit' || item.kind === 'unsend')
    .map(({ integration, item }) => `${integration.id} ${item.messageId}`);
  if (ids.length > 0)
    await db.query(
      `select pg_advisory_xact_lock(hashtextextended(id, 0))
       from (select distinct id from unnest($1::text[]) as given (id) order by id) as sorted`,
      [ids],
    );
}

/** What the items claim. A message that was taken back claims its message as well, so that it is not told later. */
async function keysOf(db: Db, placed: Placed[]): Promise<string[]> {
  const keys: string[] = [];
  for (const { integration, item } of placed) {
    if (isBareEdit(item) && (!item.content.edits || !(await isTold(db, integration.id, item)))) continue;
    keys.push(claimOf(integration, item.key));
    if (item.kind === 'unsend') keys.push(claimOf(integration, item.messageId ?? ''));
  }
  return [...new Set(keys)];
}

function claimOf({ id }: Integration, key: string): string {
  return `${id} ${digestOf(key)}`;
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

/** Whether a message was reported before, or taken back. */
export async function isTold(
  db: Db,
  integrationId: string,
  { messageId }: Pick<InboundItem, 'messageId'>,
): Promise<boolean> {
  return isClaimed(db, integrationId, messageId ?? '');
}

function isUnsent(db: Db, integrationId: string, { messageId }: InboundItem): Promise<boolean> {
  return isClaimed(db, integrationId, `unsend ${messageId}`);
}

async function isClaimed(db: Db, integrationId: string, key: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from received_messages where integration_id = $1 and digest = decode($2, 'hex')`,
    [integrationId, digestOf(key)],
  );
  return rowCount === 1;
}

function digestOf(key: string): string {
  return sha256(key).toString('hex');
}
