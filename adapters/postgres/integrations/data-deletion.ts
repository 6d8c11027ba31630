import { randomBytes } from 'node:crypto';
import { type Pool } from 'pg';
import { dataDeleted } from '../../../core/lifecycle/changes';
import { MINUTE_MS } from '../../../core/time';
import { GRANTED_BEFORE, OF_ACCOUNT, type OwnerRequest, accountValues } from './account-owner';
import { applyChange } from './apply-change';
import { integrationOf } from './integration-row';
import { type Db, withTransaction } from '../pool';

/** A run that began a moment ago may not be listed yet: nothing is declared gone sooner than this. */
const SETTLED_AFTER_MS = MINUTE_MS;
/** Tables whose rows go with an account; those of the others hold nothing of it. */
const OF_INTEGRATION = [
  'token_versions',
  'oauth_holdings',
  'oauth_states',
  'sealed_payloads',
  'message_sends',
  'received_messages',
  'pending_messages',
  'message_events',
  'dead_verdicts',
];

export interface Deletion {
  code: string;
  askedAt: number;
  /** Integrations whose runs Temporal may still have; none when all is done. */
  integrationIds: string[];
  finishedAt: number | null;
}

/**
 * Deletes what the database holds of an account and its conversations, and ends its integrations. What is left are rows
 * without a trace of them, and a random code. The same request again gives the same code; a connection that was made
 * after it stays.
 */
export async function deleteAccountData(pool: Pool, request: OwnerRequest, now: number): Promise<Deletion> {
  return withTransaction(pool, async (db) => {
    const { rows } = await db.query(
      `insert into data_deletions (code, request_digest, asked_at, integration_ids) values ($1, $2, $3, '{}')
       on conflict (request_digest) do nothing returning code`,
      [randomBytes(16).toString('hex'), request.digest, new Date(now)],
    );
    if (rows[0]) await deleteData(db, rows[0].code as string, request, now);
    const known = await db.query('select * from data_deletions where request_digest = $1', [request.digest]);
    return deletionOf(known.rows[0]!);
  });
}

async function deleteData(db: Db, code: string, request: OwnerRequest, now: number): Promise<void> {
  const { rows } = await db.query(
    `select * from integrations
     where ${OF_ACCOUNT} and (state = 'disconnected' or ${GRANTED_BEFORE}) order by id for update`,
    accountValues(request),
  );
  const integrations = rows.map(integrationOf);
  const ids = integrations.map(({ id }) => id);
  for (const table of OF_INTEGRATION)
    await db.query(`delete from ${table} where integration_id = any ($1)`, [ids]);
  const accountIds = integrations.map(({ accountId }) => accountId);
  await db.query('delete from provider_turns where account_id = any ($1)', [accountIds]);
  await db.query('delete from provider_parks where subject = any ($1)', [accountIds]);
  await db.query(
    `update events set data = (data || '{"account": null}') - 'message' where integration_id = any ($1)`,
    [ids],
  );
  for (const was of integrations) await applyChange(db, was, dataDeleted(was), now);
  await db.query('update data_deletions set integration_ids = $2, finished_at = $3 where code = $1', [
    code,
    ids,
    ids.length > 0 ? null : new Date(now),
  ]);
}

export async function findDeletion(db: Db, code: string): Promise<Deletion | null> {
  const { rows } = await db.query('select * from data_deletions where code = $1', [code]);
  return rows[0] ? deletionOf(rows[0]) : null;
}

/** Those of which Temporal may still hold something, oldest first. */
export async function unfinishedDeletions(db: Db, now: number): Promise<Deletion[]> {
  const { rows } = await db.query(
    'select * from data_deletions where finished_at is null and asked_at <= $1 order by asked_at',
    [new Date(now - SETTLED_AFTER_MS)],
  );
  return rows.map(deletionOf);
}

export async function finishDeletion(db: Db, code: string, now: number): Promise<void> {
  await db.query(`update data_deletions set finished_at = $2, integration_ids = '{}' where code = $1`, [
    code,
    new Date(now),
  ]);
}

function deletionOf(row: { [column: string]: unknown }): Deletion {
  const { code, asked_at, integration_ids, finished_at } = row as {
    code: string;
    asked_at: Date;
    integration_ids: string[];
    finished_at: Date | null;
  };
  return {
    code,
    askedAt: asked_at.getTime(),
    integrationIds: integration_ids,
    finishedAt: finished_at?.getTime() ?? null,
  };
}
