import { type Pool } from 'pg';
import { type Actor } from '../../../core/access/actor';
import { deauthorized } from '../../../core/lifecycle/changes';
import { addAuditEntry } from '../access/audit-log';
import { GRANTED_BEFORE, OF_ACCOUNT, type OwnerRequest, accountValues } from './account-owner';
import { applyChange } from './apply-change';
import { type Integration, integrationOf } from './integration-row';
import { type Db, withTransaction } from '../pool';
import { eraseTokens } from '../tokens/token-versions';

/**
 * The owner removed the app: every token of the account's integration is erased, and it expires. A request that was
 * acted on before changes nothing, and neither does one from before the current grant.
 * @returns the integrations that this changed
 */
export async function deauthorize(
  pool: Pool,
  request: OwnerRequest,
  now: number,
  by: Actor,
): Promise<Integration[]> {
  return withTransaction(pool, async (db) => {
    const { rowCount } = await db.query(
      'insert into deauthorizations (digest, received_at) values ($1, $2) on conflict do nothing',
      [request.digest, new Date(now)],
    );
    if (rowCount !== 1) return [];
    const { rows } = await db.query(
      `select * from integrations
       where ${OF_ACCOUNT} and ${GRANTED_BEFORE} and state <> 'disconnected' order by id for update`,
      accountValues(request),
    );
    const ended: Integration[] = [];
    for (const was of rows.map(integrationOf)) {
      ended.push(await end(db, was, request.issuedBefore, now));
      await addAuditEntry(db, by, { action: 'integration.deauthorize', integrationId: was.id }, now);
    }
    return ended;
  });
}

async function end(db: Db, was: Integration, requestedAt: number, now: number): Promise<Integration> {
  await eraseTokens(db, was.id);
  // No incident takes back what the owner said.
  await db.query('delete from dead_verdicts where integration_id = $1', [was.id]);
  return applyChange(db, was, deauthorized(was, requestedAt, now), now);
}

/**
 * Whether nothing but a deauthorization from before `issuedAt` came between `grantNo` and now: it does not stop a
 * grant that is newer.
 */
export async function isOnlyDeauthorized(
  db: Db,
  integrationId: string,
  grantNo: number,
  issuedAt: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `select 1 from integrations
     where id = $1 and grant_no = $2 + 1 and state = 'expired' and reason = 'deauthorized' and deauthorized_at <= $3`,
    [integrationId, grantNo, new Date(issuedAt)],
  );
  return rowCount === 1;
}
