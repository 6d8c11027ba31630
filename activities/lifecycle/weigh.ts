import { beginIncident, findOpenIncident, noteAnswer } from '../../adapters/postgres/incidents/incidents';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { withTransaction } from '../../adapters/postgres/pool';
import { type FailureClass } from '../../core/lifecycle/failure';
import { type Deps } from '../deps';

/**
 * What an answer to one of our own calls tells of the app as a whole: app-level trouble opens an incident, clear
 * answers end one. `failed` is null when the token worked. What other services report never counts here.
 */
export async function weigh(deps: Deps, row: Integration, failed: FailureClass | null): Promise<void> {
  const now = deps.clock.now();
  if (failed === 'app_level') {
    await withTransaction(deps.pool, (db) => beginIncident(db, row, 'app_level', now));
    return;
  }
  if (failed === 'transient' || failed === 'throttled') return;
  const incident = await findOpenIncident(deps.pool, row);
  // Among tokens that died together only one that was in doubt, and lives, says that it is over.
  const counts = incident?.kind === 'app_level' || (failed === null && row.state === 'recovering');
  if (incident && counts) await withTransaction(deps.pool, (db) => noteAnswer(db, incident, row, now));
}
