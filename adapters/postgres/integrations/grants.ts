import { type Secret } from '../../../core/access/secret';
import { granted } from '../../../core/lifecycle/changes';
import { refreshAtFor } from '../../../core/lifecycle/refresh-policy';
import { type Sealer } from '../../encryption/sealer';
import { isOnlyDeauthorized } from './deauthorize';
import { RowMovedOn, applyChange } from './apply-change';
import { type Integration } from './integration-row';
import { findIntegration } from './integrations';
import { type Db, violates, withTransaction } from '../pool';
import { tokenContext } from '../tokens/token-versions';

/** A fresh long-lived token that its owner gave, proven by a probe. */
export interface Grant {
  token: Secret;
  issuedAt: number;
  expiresAt: number;
  /** Epoch ms; by the refresh policy unless given. */
  refreshAt?: number;
  lifetimeClamped: boolean;
  scopes: string[];
  account: { id: string; scopedId: string | null; username: string | null };
}

/** The account is connected already, by another integration of the same app. */
export class AccountTaken extends Error {
  override name = 'AccountTaken';
}

/** The integration was disconnected, or its owner finished another round first. */
export class GrantTooLate extends Error {
  override name = 'GrantTooLate';
}

/**
 * Makes a grant the integration's current token. A grant always wins over a refresh under way: it takes the next
 * number and raises the fence, so that whatever the refresh brings back later finds the row changed.
 * @param db the pool, or a connection inside of a transaction, which this then joins
 * @param expectedGrantNo the grant number when the owner's round began
 * @param alongside what is written in the same transaction
 * @throws AccountTaken | GrantTooLate
 */
export async function storeGrant(
  db: Db,
  sealer: Sealer,
  integrationId: string,
  expectedGrantNo: number,
  grant: Grant,
  now: number,
  random: number,
  alongside: (db: Db, integration: Integration) => Promise<void> = () => Promise.resolve(),
): Promise<Integration> {
  // A refresh may take the number that the token was sealed under; then seal again under the next one.
  for (;;) {
    const was = await findIntegration(db, integrationId);
    if (!was || was.state === 'disconnected') throw new GrantTooLate();
    const isInTime =
      was.grantNo === expectedGrantNo ||
      (await isOnlyDeauthorized(db, integrationId, expectedGrantNo, grant.issuedAt));
    if (!isInTime) throw new GrantTooLate();
    const version = was.lastVersion + 1;
    const sealed = await sealer.seal(grant.token, tokenContext(was, version));
    const refreshAt = grant.refreshAt ?? refreshAtFor(grant, random);
    const stored = await withTransaction(db, async (within) => {
      const integration = await replaceToken(within, was, { ...grant, version, sealed, refreshAt }, now);
      await alongside(within, integration);
      return integration;
    }).catch((error: unknown) => {
      if (error instanceof RowMovedOn) return null;
      if (violates(error, 'integrations_one_live_per_account')) throw new AccountTaken();
      throw error;
    });
    if (stored) return stored;
  }
}

interface SealedGrant extends Grant {
  version: number;
  refreshAt: number;
  sealed: { sealed: Buffer; keyId: string };
}

async function replaceToken(db: Db, was: Integration, grant: SealedGrant, now: number): Promise<Integration> {
  const integration = await applyChange(db, was, granted(was, grant), now);
  await db.query('delete from token_versions where integration_id = $1', [was.id]);
  await db.query(
    `insert into token_versions (integration_id, version, grant_no, base_version, origin, stage, sealed, key_id,
                                 issued_at, expires_at, refresh_at, lifetime_clamped, created_at)
     values ($1, $2, $3, $4, 'grant', 'current', $5, $6, $7, $8, $9, $10, $11)`,
    [
      was.id,
      grant.version,
      integration.grantNo,
      was.version,
      grant.sealed.sealed,
      grant.sealed.keyId,
      new Date(grant.issuedAt),
      new Date(grant.expiresAt),
      new Date(grant.refreshAt),
      grant.lifetimeClamped,
      new Date(now),
    ],
  );
  return integration;
}
