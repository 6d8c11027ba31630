import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import {
  beginIncident,
  countRefusedCalls,
  findOpenIncident,
  fleetOf,
  recordAnswer,
} from '../adapters/postgres/incidents/incidents';
import { type Integration } from '../adapters/postgres/integrations/integration-row';
import { withTransaction } from '../adapters/postgres/pool';
import { type FailureClass } from '../core/lifecycle/failure';
import { CALL_REFUSALS_WINDOW_MS, allowedVerdicts } from '../core/lifecycle/incident-policy';

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
  if (failed === 'call') return recordRefusedCall(pool, row, now);
  if (failed === 'transient' || failed === 'throttled' || failed === 'unreadable') return;
  const incident = await findOpenIncident(pool, row);
  // Among tokens that died together only one that was in doubt, and works, shows that the incident is over.
  const counts = incident?.kind === 'app_level' || (failed === null && row.state === 'recovering');
  if (incident && counts) await withTransaction(pool, (db) => recordAnswer(db, incident, row, now));
}

/**
 * A probe or refresh asks for nothing that one account could be refused for: where that is the answer for many accounts,
 * the app is.
 */
async function recordRefusedCall(pool: Pool, row: Integration, now: number): Promise<void> {
  const others = await countRefusedCalls(pool, row, now - CALL_REFUSALS_WINDOW_MS);
  if (others + 1 <= allowedVerdicts(await fleetOf(pool, row, now))) return;
  await withTransaction(pool, (db) => beginIncident(db, row, 'app_level', now));
}
