import { addAuditEntry } from '../../../adapters/postgres/access/audit-log';
import { addEvent } from '../../../adapters/postgres/deliveries/events';
import { type Integration as Row } from '../../../adapters/postgres/integrations/integration-row';
import { namedActor } from '../../../core/access/actor';
import { checkToken } from '../../../services/operating';
import { NoToken } from '../../../services/usable-token';
import { type LifecycleClient, type Recovered } from '../../../client/lifecycle-client';
import { answerBy } from '../../../services/answer-by';
import { recheckAfterSeconds, nextCheckIsAfter } from './next-check';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { findAccessible } from '../integrations/find';
import { toIntegrationView } from '../integrations/integration-view';
import { requestDeadline } from '../../deadlines';
import { type RECOVERY_OUTCOMES } from './token-schemas';

type RecheckDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'lifecycles' | 'site'>;

type RecoverInput = Parameters<LifecycleClient['recover']>[1];

/**
 * Probes whether the integration's token lives, also when it is expired. Those who ask within a second share one probe;
 * one who asks without end is answered what the last probe left in the row.
 */
export async function recheck(deps: RecheckDeps, caller: Caller, id: string) {
  const row = await findConnected(deps, caller, id);
  const { actor } = caller;
  await addAuditEntry(
    deps.pool,
    actor,
    { action: 'integration.recheck', integrationId: row.id },
    deps.clock.now(),
  );
  // The source stays in Temporal's histories: no name of a person goes there.
  const source = `recheck/${caller.keyId}`;
  const { outcome, isOwn } = await checkToken(deps, row, source, deps.clock.now(), requestDeadline());
  const checked = await findAccessible(deps, caller, row.id);
  if (isOwn) {
    const data = { outcome, actor: namedActor(actor) };
    await addEvent(deps.pool, checked, { type: 'integration.checked', data }, deps.clock.now());
  }
  return tellDecision(deps, caller, checked, outcome);
}

export async function decide(
  deps: Pick<HttpDeps, 'clock' | 'lifecycles'>,
  row: Row,
  report: RecoverInput,
): Promise<Recovered> {
  const deadline = requestDeadline();
  if (nextCheckIsAfter(row, deadline - Date.now(), deps.clock.now())) return 'undecided';
  return answerBy(deadline, deps.lifecycles.recover(row.id, report));
}

export async function findConnected(deps: Pick<HttpDeps, 'pool'>, caller: Caller, id: string): Promise<Row> {
  const row = await findAccessible(deps, caller, id);
  if (row.state === 'pending') throw new NoToken('not_connected', row);
  if (row.state === 'disconnected') throw new NoToken('disconnected', row);
  return row;
}

/** @param row as it is after the decision */
export function tellDecision(
  deps: RecheckDeps,
  caller: Caller,
  row: Row,
  outcome: (typeof RECOVERY_OUTCOMES)[number],
) {
  return {
    outcome,
    ...(outcome === 'undecided' && { retryAfterSeconds: recheckAfterSeconds(row, deps.clock.now()) }),
    integration: toIntegrationView(deps, caller, row),
  };
}
