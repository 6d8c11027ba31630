import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { beginIncident, findOpenIncident, recordAnswer } from '../adapters/postgres/incidents/incidents';
import { type Integration } from '../adapters/postgres/integrations/integration-row';
import { withTransaction } from '../adapters/postgres/pool';
import { type FailureClass } from '../core/lifecycle/failure';

/**
 * What an answer to one of our own calls means for the app as a whole: an app-level failure opens an incident, clear
 * answers end one. What other services report never counts here. @param failed null when the token worked
 */
export async function recordProviderSignal(
  { pool, clock }: { pool: Pool; clock: Clock },
  row: Integration,
  failed: FailureClass | null,
): Promise<void> {
  const now = clock.now();
  if (failed === 'app_level') {
    await withTransaction(pool, (db) => beginIncident(db, row, 'app_level', now));
    return;
  }
  if (failed === 'transient' || failed === 'throttled' || failed === 'unreadable') return;
  const incident = await findOpenIncident(pool, row);
  // Among tokens that died together only one that was in doubt, and works, shows that the incident is over.
  const counts = incident?.kind === 'app_level' || (failed === null && row.state === 'recovering');
  if (incident && counts) await withTransaction(pool, (db) => recordAnswer(db, incident, row, now));
}
