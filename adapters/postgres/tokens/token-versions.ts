import { type Change } from '../../../core/lifecycle/change';
import { type SealContext, type Sealed } from '../../encryption/sealer';
import { type Integration } from '../integrations/integration-row';
import { RowMovedOn, applyChange } from '../integrations/apply-change';
import { type Db } from '../pool';

export type Stage = 'pending' | 'current' | 'previous';

/** One version of an integration's token, still sealed. Instants are epoch ms. */
export interface TokenVersion {
  integrationId: string;
  version: number;
  baseVersion: number;
  grantNo: number;
  stage: Stage;
  sealed: Sealed;
  issuedAt: number;
  expiresAt: number;
  refreshAt: number;
}

export interface NewToken {
  sealed: Sealed;
  issuedAt: number;
  expiresAt: number;
  refreshAt: number;
  lifetimeClamped: boolean;
}

/** What a token version is sealed under. */
export function tokenContext(
  integration: Pick<Integration, 'id' | 'provider'>,
  version: number,
): SealContext {
  return {
    integration: integration.id,
    provider: integration.provider,
    version: String(version),
    purpose: 'token',
  };
}

export async function findVersion(db: Db, integrationId: string, stage: Stage): Promise<TokenVersion | null> {
  const { rows } = await db.query<Record<string, unknown>>(
    'select * from token_versions where integration_id = $1 and stage = $2',
    [integrationId, stage],
  );
  return rows[0] ? versionOf(rows[0]) : null;
}

/**
 * Stores what a refresh answered, before anything else is done with it: `pending` until a probe has shown that it works.
 * Fenced by grant, version and the next number, in one statement.
 * @throws RowMovedOn when a grant, a disconnect or another refresh came first
 */
export async function insertPending(
  db: Db,
  was: Pick<Integration, 'id' | 'grantNo' | 'version' | 'lastVersion'>,
  token: NewToken,
  now: number,
): Promise<TokenVersion> {
  const { rows } = await db.query<Record<string, unknown>>(
    `with fenced as (
       update integrations set last_version = last_version + 1, updated_at = $10
       where id = $1 and grant_no = $2 and token_version = $3 and last_version = $4 and state <> 'disconnected'
       returning id
     )
     insert into token_versions (integration_id, version, grant_no, base_version, origin, stage, sealed, key_id,
                                 issued_at, expires_at, refresh_at, lifetime_clamped, created_at)
     select id, $4 + 1, $2, $3, 'refresh', 'pending', $5, $6, $7, $8, $9, $11, $10 from fenced
     returning *`,
    [
      was.id,
      was.grantNo,
      was.version,
      was.lastVersion,
      token.sealed.sealed,
      token.sealed.keyId,
      new Date(token.issuedAt),
      new Date(token.expiresAt),
      new Date(token.refreshAt),
      new Date(now),
      token.lifetimeClamped,
    ],
  );
  if (!rows[0]) throw new RowMovedOn(was.id);
  return versionOf(rows[0]);
}

/**
 * Makes a proven pending version the current one and keeps the one before. Call inside a transaction.
 * @throws RowMovedOn
 */
export async function promotePending(
  db: Db,
  was: Integration,
  pending: TokenVersion,
  change: Change,
  now: number,
): Promise<Integration> {
  const integration = await applyChange(db, was, change, now);
  await db.query(`delete from token_versions where integration_id = $1 and stage = 'previous'`, [was.id]);
  await db.query(
    `update token_versions set stage = 'previous' where integration_id = $1 and stage = 'current'`,
    [was.id],
  );
  const { rowCount } = await db.query(
    `update token_versions set stage = 'current'
     where integration_id = $1 and version = $2 and stage = 'pending' and grant_no = $3`,
    [was.id, pending.version, was.grantNo],
  );
  if (rowCount !== 1) throw new RowMovedOn(was.id);
  return integration;
}

/** Drops a pending version that was proven dead or belongs to another account. */
export async function dropPending(db: Db, pending: TokenVersion): Promise<void> {
  await db.query(
    `delete from token_versions where integration_id = $1 and version = $2 and stage = 'pending'`,
    [pending.integrationId, pending.version],
  );
}

/** Makes room for a newer answer: the one that waited was never in use. */
export async function erasePending(db: Db, integrationId: string): Promise<void> {
  await db.query(`delete from token_versions where integration_id = $1 and stage = 'pending'`, [
    integrationId,
  ]);
}

/** Erases every stage of an integration's token. */
export async function eraseTokens(db: Db, integrationId: string): Promise<void> {
  await db.query('delete from token_versions where integration_id = $1', [integrationId]);
}

/** One row of the table, whole. */
export function versionOf(row: Record<string, unknown>): TokenVersion {
  const instant = (value: unknown) => (value as Date).getTime();
  return {
    integrationId: row.integration_id as string,
    version: row.version as number,
    baseVersion: row.base_version as number,
    grantNo: row.grant_no as number,
    stage: row.stage as Stage,
    sealed: { sealed: row.sealed as Buffer, keyId: row.key_id as string },
    issuedAt: instant(row.issued_at),
    expiresAt: instant(row.expires_at),
    refreshAt: instant(row.refresh_at),
  };
}
