import { type NamedActor } from '../../../core/access/actor';
import { paused, resumed } from '../../../core/lifecycle/changes';
import { newId } from '../../ids';
import { type Integration, integrationOf } from './integration-row';
import { type Db, withTransaction } from '../pool';
import { applyChange } from './apply-change';
import { type IntegrationFilter, MATCHES_FILTER, filterValues } from './filter';

export interface NewIntegration {
  provider: string;
  appId: string;
  ownerRef: string;
  externalId: string | null;
  contactEmail: string | null;
}

/** A `pending` integration: known, not yet connected. */
export async function createIntegration(db: Db, wanted: NewIntegration, now: number): Promise<Integration> {
  const { rows } = await db.query(
    `insert into integrations (id, provider, app_id, owner_ref, external_id, contact_email, state, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, 'pending', $7, $7) returning *`,
    [
      newId('int'),
      wanted.provider,
      wanted.appId,
      wanted.ownerRef,
      wanted.externalId,
      wanted.contactEmail,
      new Date(now),
    ],
  );
  return integrationOf(rows[0]);
}

export async function findIntegration(db: Db, id: string): Promise<Integration | null> {
  const { rows } = await db.query('select * from integrations where id = $1', [id]);
  return rows[0] ? integrationOf(rows[0]) : null;
}

/** Those of these ids that exist, in no particular order. */
export async function findIntegrations(db: Db, ids: readonly string[]): Promise<Integration[]> {
  const { rows } = await db.query('select * from integrations where id = any ($1)', [ids]);
  return rows.map(integrationOf);
}

/** One, locked until the transaction ends. */
export async function lockIntegration(db: Db, id: string): Promise<Integration | null> {
  const { rows } = await db.query('select * from integrations where id = $1 for update', [id]);
  return rows[0] ? integrationOf(rows[0]) : null;
}

/** The live integration of an account under one provider app. */
export async function findByAccount(
  db: Db,
  provider: string,
  appId: string,
  accountId: string,
): Promise<Integration | null> {
  const { rows } = await db.query(
    `select * from integrations where provider = $1 and app_id = $2 and account_id = $3 and state <> 'disconnected'`,
    [provider, appId, accountId],
  );
  return rows[0] ? integrationOf(rows[0]) : null;
}

/** Where a page of a list goes on: after this row, oldest first. */
export interface Position {
  createdAt: number;
  id: string;
}

export async function listIntegrations(
  db: Db,
  filter: IntegrationFilter,
  after: Position | null,
  limit: number,
): Promise<Integration[]> {
  const { rows } = await db.query(
    `select * from integrations
     where ${MATCHES_FILTER}
       and ($8::timestamptz is null or (created_at, id) > ($8, $9))
     order by created_at, id limit $10`,
    [...filterValues(filter), after && new Date(after.createdAt), after?.id ?? '', limit],
  );
  return rows.map(integrationOf);
}

export async function updateDetails(
  db: Db,
  id: string,
  details: { ownerRef?: string; externalId?: string | null; contactEmail?: string | null },
  now: number,
): Promise<Integration | null> {
  const { rows } = await db.query(
    `with former as (
       delete from connect_links
       where integration_id in (select id from integrations where id = $1 and owner_ref <> $2)
     )
     update integrations set
       owner_ref = coalesce($2, owner_ref),
       -- the links that the former owner has end
       link_no = link_no + case when $2 <> owner_ref then 1 else 0 end,
       external_id = case when $3 then $4 else external_id end,
       contact_email = case when $5 then $6 else contact_email end,
       updated_at = $7
     where id = $1 returning *`,
    [
      id,
      details.ownerRef ?? null,
      details.externalId !== undefined,
      details.externalId ?? null,
      details.contactEmail !== undefined,
      details.contactEmail ?? null,
      new Date(now),
    ],
  );
  return rows[0] ? integrationOf(rows[0]) : null;
}

/** Pauses or resumes; null for one that is disconnected or unknown. */
export async function setPaused(
  pool: Db,
  id: string,
  wanted: boolean,
  now: number,
  by: NamedActor,
): Promise<{ row: Integration; changed: boolean } | null> {
  return withTransaction(pool, async (db) => {
    const was = await lockIntegration(db, id);
    if (!was || was.state === 'disconnected') return null;
    if (was.paused === wanted) return { row: was, changed: false };
    const change = wanted ? paused(by) : resumed(by);
    return { row: await applyChange(db, was, change, now), changed: true };
  });
}

/** Notes that the lifecycle has seen the row as of `revision`. */
export async function markSeen(db: Db, id: string, revision: number): Promise<void> {
  await db.query(
    'update integrations set lifecycle_revision = $2 where id = $1 and lifecycle_revision < $2',
    [id, revision],
  );
}
