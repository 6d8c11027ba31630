import { randomBytes } from 'node:crypto';
import { type Pool } from 'pg';
import { type Actor } from '../../../core/access/actor';
import { dataDeleted } from '../../../core/lifecycle/changes';
import { MINUTE_MS } from '../../../core/time';
import { addAuditEntry } from '../access/audit-log';
import { GRANTED_BEFORE, OF_ACCOUNT, type OwnerRequest, accountValues } from './account-owner';
import { applyChange } from './apply-change';
import { integrationOf } from './integration-row';
import { type Db, withTransaction } from '../pool';

/**
 * A run that began a moment ago may not be listed yet, and a row that was written at the moment of the request may not
 * be seen yet: nothing is declared gone sooner than this.
 */
export const SETTLED_AFTER_MS = MINUTE_MS;
/** What gives access, or is handed out by name: deleted with the request. A few rows per integration. */
const AT_ONCE = ['token_versions', 'oauth_holdings', 'dead_verdicts'];

export interface Deletion {
  code: string;
  askedAt: number;
  /** Integrations whose runs Temporal may still have; none when all is done. */
  integrationIds: string[];
  /** Rows deleted and events changed so far. */
  erased: number;
  /** Whether all of it is erased from the database. */
  isErased: boolean;
  finishedAt: number | null;
}

/**
 * Accepts a request to delete what is held of an account and its conversations: in one short transaction the tokens and
 * the account are erased and its integrations end. What grows with its messages is noted to be erased, see `erasure.ts`.
 * What is left then are rows without a trace of them, and a random code. The same request again gives the same code; a
 * connection that was made after it stays.
 */
export async function deleteAccountData(
  pool: Pool,
  request: OwnerRequest,
  now: number,
  by: Actor,
): Promise<Deletion> {
  return withTransaction(pool, async (db) => {
    const { rows } = await db.query(
      `insert into data_deletions (code, request_digest, asked_at, integration_ids) values ($1, $2, $3, '{}')
       on conflict (request_digest) do nothing returning code`,
      [randomBytes(16).toString('hex'), request.digest, new Date(now)],
    );
    if (rows[0]) await deleteAccess(db, rows[0].code as string, request, now, by);
    const known = await db.query(`${DELETIONS} where request_digest = $1`, [request.digest]);
    return deletionOf(known.rows[0]!);
  });
}

async function deleteAccess(
  db: Db,
  code: string,
  request: OwnerRequest,
  now: number,
  by: Actor,
): Promise<void> {
  const { rows } = await db.query(
    `select * from integrations
     where ${OF_ACCOUNT} and (state = 'disconnected' or ${GRANTED_BEFORE}) order by id for update`,
    accountValues(request),
  );
  const integrations = rows.map(integrationOf);
  const ids = integrations.map(({ id }) => id);
  for (const table of AT_ONCE) await db.query(`delete from ${table} where integration_id = any ($1)`, [ids]);
  const accountIds = integrations.map(({ accountId }) => accountId);
  const { appId } = request;
  await db.query('delete from provider_turns where app_id = $1 and account_id = any ($2)', [
    appId,
    accountIds,
  ]);
  await db.query('delete from provider_parks where app_id = $1 and subject = any ($2)', [appId, accountIds]);
  // Others' rounds in which this account was chosen instead of theirs.
  await db.query('update oauth_states set other_username = null where other_username = any ($1)', [
    integrations.map(({ username }) => username),
  ]);
  await db.query(
    `update integrations set messages_capability = null, subscribe_error = null, subscribed_fields = null
     where id = any ($1)`,
    [ids],
  );
  for (const was of integrations) {
    await applyChange(db, was, dataDeleted(was), now);
    const entry = { action: 'data.delete', integrationId: was.id, target: code } as const;
    await addAuditEntry(db, by, entry, now);
  }
  await db.query(
    `insert into data_deletion_parts (code, integration_id, next_at) select $1, unnest($2::text[]), $3`,
    [code, ids, new Date(now)],
  );
  await db.query('update data_deletions set integration_ids = $2, finished_at = $3 where code = $1', [
    code,
    ids,
    ids.length > 0 ? null : new Date(now),
  ]);
}

const DELETIONS = `
  select d.*, p.erased, p.is_erased from data_deletions d cross join lateral (
    select coalesce(sum(erased), 0) as erased, coalesce(bool_and(done_at is not null), true) as is_erased
    from data_deletion_parts where code = d.code) p`;

export async function findDeletion(db: Db, code: string): Promise<Deletion | null> {
  const { rows } = await db.query(`${DELETIONS} where d.code = $1`, [code]);
  return rows[0] ? deletionOf(rows[0]) : null;
}

/** Those of which Temporal or the database may still hold something, oldest first. */
export async function unfinishedDeletions(db: Db, now: number): Promise<Deletion[]> {
  const { rows } = await db.query(
    `${DELETIONS} where d.finished_at is null and d.asked_at <= $1 order by d.asked_at`,
    [new Date(now - SETTLED_AFTER_MS)],
  );
  return rows.map(deletionOf);
}

/** Keeps the code alone. */
export async function finishDeletion(db: Db, code: string, now: number): Promise<void> {
  await db.query(`update data_deletions set finished_at = $2, integration_ids = '{}' where code = $1`, [
    code,
    new Date(now),
  ]);
  await db.query('delete from data_deletion_parts where code = $1', [code]);
}

function deletionOf(row: { [column: string]: unknown }): Deletion {
  const { code, asked_at, integration_ids, finished_at, erased, is_erased } = row as {
    code: string;
    asked_at: Date;
    integration_ids: string[];
    finished_at: Date | null;
    erased: string;
    is_erased: boolean;
  };
  return {
    code,
    askedAt: asked_at.getTime(),
    integrationIds: integration_ids,
    erased: Number(erased),
    isErased: is_erased,
    finishedAt: finished_at?.getTime() ?? null,
  };
}
