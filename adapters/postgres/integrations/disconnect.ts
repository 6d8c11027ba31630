import { type NamedActor } from '../../../core/access/actor';
import { disconnected } from '../../../core/lifecycle/changes';
import { eraseHoldings } from '../access/oauth-holdings';
import { type Db, withTransaction } from '../pool';
import { eraseTokens } from '../tokens/token-versions';
import { applyChange } from './apply-change';
import { type Integration } from './integration-row';
import { lockIntegration } from './integrations';

/**
 * Ends an integration: its token is erased in the same transaction. Again: nothing more happens.
 * @param by who asked for it; null: it followed from something else
 */
export async function disconnect(
  pool: Db,
  id: string,
  now: number,
  by: NamedActor | null = null,
): Promise<{ row: Integration; changed: boolean } | null> {
  return withTransaction(pool, async (db) => {
    const was = await lockIntegration(db, id);
    if (!was) return null;
    if (was.state === 'disconnected') return { row: was, changed: false };
    await eraseTokens(db, id);
    await eraseHoldings(db, id);
    return { row: await applyChange(db, was, disconnected(was, by), now), changed: true };
  });
}
