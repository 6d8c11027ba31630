import { type Pool } from 'pg';
import { addEvent } from '../deliveries/events';
import { type Integration, integrationOf } from './integration-row';
import { lockIntegration } from './integrations';
import { withTransaction } from '../pool';
import { eraseTokens } from '../tokens/token-versions';

/** Ends an integration: its token is erased in the same transaction. Again: nothing more happens. */
export async function disconnect(pool: Pool, id: string, now: number): Promise<Integration | null> {
  return withTransaction(pool, async (db) => {
    const was = await lockIntegration(db, id);
    if (!was || was.state === 'disconnected') return was;
    await eraseTokens(db, id);
    const { rows } = await db.query(
      `update integrations set state = 'disconnected', reason = null, grant_no = grant_no + 1, recovery = null,
         next_attempt_at = null, next_reminder_at = null, revision = revision + 1, updated_at = $2
       where id = $1 returning *`,
      [id, new Date(now)],
    );
    const integration = integrationOf(rows[0]);
    await addEvent(db, integration, { type: 'integration.disconnected' }, now);
    return integration;
  });
}
