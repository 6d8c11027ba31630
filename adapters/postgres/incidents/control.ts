import { type ProviderApp } from './incidents';
import { type Integration, integrationOf } from '../integrations/integration-row';
import { type Db } from '../pool';

/**
 * Another healthy integration of the same app, the one refreshed last: what a doubtful refusal is compared with.
 * One whose token does not open cannot be asked.
 */
export async function findControl(db: Db, row: ProviderApp & { id: string }): Promise<Integration | null> {
  const { rows } = await db.query(
    `select * from integrations i where provider = $1 and app_id = $2 and id <> $3 and state = 'active'
       and not exists (
         select 1 from events where type = 'token.decrypt_failed'
           and integration_id = i.id and data ->> 'tokenVersion' = i.token_version::text
       )
     order by issued_at desc limit 1`,
    [row.provider, row.appId, row.id],
  );
  return rows[0] ? integrationOf(rows[0]) : null;
}
