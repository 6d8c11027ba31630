import { type Pool } from 'pg';
import { type Actor, namedActor } from '../../../core/access/actor';
import { AUDIT_EVENT } from '../../../core/deliveries/events';
import { type AuditAction, type AuditEntry } from '../../../core/access/audit-actions';
import { addGeneralEvent } from '../deliveries/events';
import { newId } from '../../ids';
import { type Db, withTransaction } from '../pool';

export interface StoredAuditEntry extends Required<AuditEntry> {
  id: string;
  /** Position in the log: it rises. */
  seq: number;
  /** Epoch ms. */
  at: number;
  actor: Actor;
}

/**
 * Makes a change and its entry in one transaction: both are stored, or neither is.
 * @param describe the entry, from what the change returned; null: nothing was changed
 */
export function audited<T>(
  { pool, actor, now }: { pool: Pool; actor: Actor; now: number },
  change: (db: Db) => Promise<T>,
  describe: (result: T) => AuditEntry | null,
): Promise<T> {
  return withTransaction(pool, async (db) => {
    const result = await change(db);
    const entry = describe(result);
    if (entry) await addAuditEntry(db, actor, entry, now);
    return result;
  });
}

/** Adds an entry, and the event that reports it. */
export async function addAuditEntry(db: Db, actor: Actor, entry: AuditEntry, now: number): Promise<void> {
  const { action, integrationId = null, target = null, changes = {} } = entry;
  const id = newId('aud');
  await db.query(
    `insert into audit_log
       (id, at, actor_kind, actor_id, actor_name, actor_user, address, action, integration_id, target, changes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[id, new Date(now), actor.kind, actor.id, actor.name, actor.user, actor.address],
      ...[action, integrationId, target, JSON.stringify(changes)],
    ],
  );
  const data = { entryId: id, action, actor: namedActor(actor), integrationId, target, changes };
  await addGeneralEvent(db, { type: AUDIT_EVENT, data }, now);
}

export interface AuditFilter {
  action: AuditAction | null;
  /** ID of an API key. */
  actorId: string | null;
  integrationId: string | null;
  /** Only entries about integrations that belong to these owners now, and those of the key itself; null: all. */
  visibleTo: { ownerRefs: readonly string[]; keyId: string } | null;
  /** Epoch ms, the first instant that counts and the first that no longer does. */
  since: number | null;
  until: number | null;
}

/** Entries, newest first. @param before position to continue from */
export async function listAuditEntries(
  db: Db,
  filter: AuditFilter,
  before: number | null,
  limit: number,
): Promise<StoredAuditEntry[]> {
  const matching = (more: string) =>
    `select audit_log.* from audit_log
     where ($1::bigint is null or seq < $1)
       and ($2::text is null or action = $2)
       and ($3::text is null or actor_id = $3)
       and ($4::text is null or integration_id = $4)
       and ($5::timestamptz is null or at >= $5)
       and ($6::timestamptz is null or at < $6)
       ${more}
     order by seq desc limit $7`;
  // Each part finds its entries by an index, however many there are of others.
  const visible = `
    (${matching('and actor_id = $9')})
    union
    select found.* from integrations i cross join lateral (${matching('and integration_id = i.id')}) found
    where i.owner_ref = any ($8)
    order by seq desc limit $7`;
  const { rows } = await db.query<Row>(filter.visibleTo ? visible : matching(''), [
    ...[before, filter.action, filter.actorId, filter.integrationId],
    ...[filter.since, filter.until].map((at) => (at === null ? null : new Date(at))),
    limit,
    ...(filter.visibleTo ? [filter.visibleTo.ownerRefs, filter.visibleTo.keyId] : []),
  ]);
  return rows.map(entryOf);
}

/**
 * Adds what was counted of token reads in the hours that have ended since: one entry for a key, an integration and an hour.
 * Counts arrive within seconds, so an hour is counted a minute after its end.
 * @returns how many entries
 */
export async function addTokenReads(db: Db, now: number): Promise<number> {
  const { rowCount } = await db.query(
    `insert into audit_log (id, at, actor_kind, actor_id, actor_name, action, integration_id, changes)
     select 'aud_' || replace(gen_random_uuid()::text, '-', ''), hour, 'api_key', key_id,
            coalesce((select name from api_keys where id = key_id), key_id), 'token.read', integration_id,
            jsonb_build_object('reads', reads)
     from (select date_trunc('hour', minute, 'UTC') as hour, key_id, integration_id, sum(uses) as reads
           from token_uses
           where minute < date_trunc('hour', $1::timestamptz - interval '1 minute', 'UTC')
             and minute >= coalesce((select max(at) from audit_log where action = 'token.read'), '-infinity')
           group by 1, 2, 3) counted
     on conflict (at, actor_id, integration_id) where action = 'token.read' do nothing`,
    [new Date(now)],
  );
  return rowCount ?? 0;
}

interface Row {
  id: string;
  seq: string;
  at: Date;
  actor_kind: Actor['kind'];
  actor_id: string | null;
  actor_name: string;
  actor_user: string | null;
  address: string | null;
  action: AuditAction;
  integration_id: string | null;
  target: string | null;
  changes: Record<string, unknown>;
}

function entryOf(row: Row): StoredAuditEntry {
  return {
    id: row.id,
    seq: Number(row.seq),
    at: row.at.getTime(),
    actor: {
      ...{ kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
      ...{ user: row.actor_user, address: row.address },
    },
    ...{ action: row.action, integrationId: row.integration_id, target: row.target, changes: row.changes },
  };
}
