import { type Incident, endIncident, fleetOf } from '../../adapters/postgres/incidents/incidents';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { withTransaction } from '../../adapters/postgres/pool';
import { BELIEVED_AFTER_MS, mayBelieve } from '../../core/lifecycle/incident-policy';
import { controlIsAlive } from './control-probe';
import { type Deps } from '../deps';

/** Ends an incident in which tokens have stayed dead for so long that they have to be believed. */
export async function believeAtLast(deps: Deps, incident: Incident, row: Integration): Promise<void> {
  const now = deps.clock.now();
  const sinceMs = now - incident.startedAt;
  if (incident.kind !== 'verdicts' || sinceMs < BELIEVED_AFTER_MS) return;
  if (!mayBelieve(await fleetOf(deps.pool, row, now), await controlIsAlive(deps, row))) return;
  await withTransaction(deps.pool, (db) => endIncident(db, incident, now, { believed: true }));
}
