import { AccessToken } from '../../instagram/access-token';
import { DecryptFailed, type Sealer } from '../../encryption/sealer';
import { addEvent } from '../deliveries/events';
import { type Integration, integrationOf } from '../integrations/integration-row';
import { RowMovedOn } from '../integrations/apply-change';
import { type Db } from '../pool';
import { type TokenVersion, tokenContext, versionOf } from './token-versions';

/**
 * Decrypts one version of an integration's token. One that cannot be decrypted is reported, once.
 * @throws KeyUnavailable | DecryptFailed
 */
export async function openToken(
  db: Db,
  sealer: Sealer,
  integration: Integration,
  version: TokenVersion,
  now: number,
): Promise<AccessToken> {
  try {
    const token = await sealer.open(version.sealed, tokenContext(integration, version.version));
    return new AccessToken(token, integration.accountId, version.expiresAt);
  } catch (error) {
    if (error instanceof DecryptFailed) await raiseAlarm(db, integration, version, now);
    throw error;
  }
}

/**
 * Opens the token that the integration's row names as the current one. When the row is as it was and there is no such
 * token, the stored versions were tampered with: that is treated like one that cannot be decrypted.
 * @throws RowMovedOn | KeyUnavailable | DecryptFailed
 */
export async function openCurrent(
  db: Db,
  sealer: Sealer,
  integration: Integration,
  now: number,
): Promise<AccessToken> {
  const found = await findWithCurrent(db, integration.id);
  const isSame =
    found?.integration.grantNo === integration.grantNo && found.integration.version === integration.version;
  if (!isSame) throw new RowMovedOn(integration.id);
  return openAsCurrent(db, sealer, integration, found.current, now);
}

/** An integration and the token that is in use, read at one instant; null: there is no such integration, or no token. */
export async function findWithCurrent(
  db: Db,
  integrationId: string,
): Promise<{ integration: Integration; current: TokenVersion | null } | null> {
  const { rows } = await db.query<Record<string, unknown> & { current: Record<string, unknown> }>(
    `select i.*, t.integration_id, t.version, t.base_version, t.stage, t.sealed, t.key_id,
       t.grant_no as t_grant_no, t.issued_at as t_issued_at, t.expires_at as t_expires_at, t.refresh_at as t_refresh_at
     from integrations i left join token_versions t on t.integration_id = i.id and t.stage = 'current'
     where i.id = $1`,
    [integrationId],
  );
  const [row] = rows;
  if (!row) return null;
  const {
    t_grant_no: grant_no,
    t_issued_at: issued_at,
    t_expires_at: expires_at,
    t_refresh_at: refresh_at,
  } = row;
  const current =
    row.version === null ? null : versionOf({ ...row, grant_no, issued_at, expires_at, refresh_at });
  return { integration: integrationOf(row), current };
}

/**
 * Opens what was read as the current token of this row.
 * @throws KeyUnavailable | DecryptFailed
 */
export async function openAsCurrent(
  db: Db,
  sealer: Sealer,
  integration: Integration,
  version: TokenVersion | null,
  now: number,
): Promise<AccessToken> {
  if (version?.version === integration.version) return openToken(db, sealer, integration, version, now);
  await raiseAlarm(db, integration, { stage: 'current', version: integration.version }, now);
  throw sealer.refuse(tokenContext(integration, integration.version));
}

async function raiseAlarm(
  db: Db,
  integration: Integration,
  { stage, version }: Pick<TokenVersion, 'stage' | 'version'>,
  now: number,
): Promise<void> {
  // A row in the place of the current version may claim any number.
  const tokenVersion = stage === 'current' ? integration.version : version;
  const event = { type: 'token.decrypt_failed' as const, data: { tokenVersion, stage } };
  await addEvent(db, integration, event, now, { unlessTold: true });
}
