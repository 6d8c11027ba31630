import { type Pool } from 'pg';
import { disconnected } from '../../../core/lifecycle/changes';
import { eraseHoldings } from '../access/oauth-holdings';
import { type Db, withTransaction } from '../pool';
import { eraseTokens } from '../tokens/token-versions';
import { applyChange } from './apply-change';
import { type Integration } from './integration-row';
import { lockIntegration } from './integrations';

/** Ends an integration: its token is erased in the same transaction. Again: nothing more happens. */
export async function disconnect(pool: Pool, id: string, now: number): Promise<Integration | null> {
  return withTransaction(pool, (db) => disconnectWithin(db, id, now));
}

/** The same inside a transaction. */
export async function disconnectWithin(db: Db, id: string, now: number): Promise<Integration | null> {
  const was = await lockIntegration(db, id);
  if (!was || was.state === 'disconnected') return was;
  await eraseTokens(db, id);
  await eraseHoldings(db, id);
  return applyChange(db, was, disconnected(was), now);
}
