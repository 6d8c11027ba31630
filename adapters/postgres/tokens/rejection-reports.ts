import { REPORT_LEASE_MS } from '../../../core/lifecycle/recovery-policy';
import { type Db } from '../pool';

/**
 * Whether this report of a refused version is the first within its lease, and its lifecycle is worth signalling: the
 * row must still be on that version and neither expired nor disconnected. A recovery that rests until its next attempt
 * knows already.
 */
export async function claimReport(
  db: Db,
  integrationId: string,
  version: number,
  now: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into rejection_reports (integration_id, version, leased_until)
     select id, $2, $4 from integrations
     where id = $1 and token_version = $2 and state not in ('expired', 'disconnected')
       and (state <> 'recovering' or (recovery ->> 'nextAttemptAt')::numeric <= $5)
     on conflict (integration_id, version) do update set leased_until = excluded.leased_until
       where rejection_reports.leased_until <= $3`,
    [integrationId, version, new Date(now), new Date(now + REPORT_LEASE_MS), now],
  );
  return rowCount === 1;
}

/** Gives a lease back: the report could not be passed on. */
export async function releaseReport(db: Db, integrationId: string, version: number): Promise<void> {
  await db.query('delete from rejection_reports where integration_id = $1 and version = $2', [
    integrationId,
    version,
  ]);
}
