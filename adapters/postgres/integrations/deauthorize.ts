import { type Pool } from 'pg';
import { nextReminderAt } from '../../../core/lifecycle/reminder-policy';
import { causeOf } from '../../../core/lifecycle/states';
import { GRANTED_BEFORE, OF_ACCOUNT, type OwnerRequest, accountValues } from './account-owner';
import { addEvent } from '../deliveries/events';
import { type Integration, integrationOf } from './integration-row';
import { type Db, withTransaction } from '../pool';
import { eraseTokens } from '../tokens/token-versions';

/**
 * The owner removed the app: every token of the account's integration is erased, and it expires. A request that was
 * acted on before changes nothing, and neither does one from before the current grant.
 * @returns the integrations that this changed
 */
export async function deauthorize(pool: Pool, request: OwnerRequest, now: number): Promise<Integration[]> {
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
    for (const was of rows.map(integrationOf)) ended.push(await end(db, was, request.issuedBefore, now));
    return ended;
  });
}

/** What was expired already keeps its reminders, and is told of again only when the reason is news. */
async function end(db: Db, was: Integration, issuedBefore: number, now: number): Promise<Integration> {
  const isFirst = was.state !== 'expired';
  const reminder = isFirst ? nextReminderAt(now, 0) : was.nextReminderAt;
  await eraseTokens(db, was.id);
  // No incident takes back what the owner said.
  await db.query('delete from dead_verdicts where integration_id = $1', [was.id]);
  const { rows } = await db.query(
    `update integrations set
       state = 'expired', reason = 'deauthorized', recovery = null, next_attempt_at = null,
       expired_at = case when $3 then $5 else expired_at end, next_reminder_at = $4,
       reminders_sent = case when $3 then 0 else reminders_sent end,
       -- a second farewell to one grant raises no second fence
       grant_no = grant_no + case when deauthorized_at is null then 1 else 0 end,
       deauthorized_at = greatest(deauthorized_at, $2), revision = revision + 1, updated_at = $5
     where id = $1 returning *`,
    [was.id, new Date(issuedBefore), isFirst, reminder === null ? null : new Date(reminder), new Date(now)],
  );
  const integration = integrationOf(rows[0]);
  if (was.reason !== 'deauthorized') {
    await addEvent(
      db,
      integration,
      { type: 'integration.expired', data: { cause: causeOf('deauthorized') } },
      now,
    );
  }
  return integration;
}

/**
 * Whether nothing but a deauthorization from before `issuedAt` came between `grantNo` and now: a grant that is newer
 * than the farewell is not stopped by it.
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
