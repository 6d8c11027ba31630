import { audited } from '../../../adapters/postgres/access/audit-log';
import { disconnect } from '../../../adapters/postgres/integrations/disconnect';
import { setPaused } from '../../../adapters/postgres/integrations/integrations';
import { NoToken } from '../../../services/usable-token';
import { namedActor } from '../../../core/access/actor';
import { hasLifecycle } from '../../../core/lifecycle/states';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { findAccessible } from '../integrations/find';
import { toIntegrationView } from '../integrations/integration-view';
import { notifyLifecycle } from '../../../services/notify-lifecycle';

type ChangeStateDeps = Pick<
  HttpDeps,
  'pool' | 'sealer' | 'clock' | 'logger' | 'lifecycles' | 'temporal' | 'site'
>;

/** Pauses or resumes scheduled refreshes. Idempotent. */
export async function setPausedFor(deps: ChangeStateDeps, caller: Caller, id: string, paused: boolean) {
  const row = await findAccessible(deps, caller, id);
  if (row.state === 'disconnected') throw new NoToken('disconnected', row);
  const now = deps.clock.now();
  const done = await audited(
    { pool: deps.pool, actor: caller.actor, now },
    (db) => setPaused(db, id, paused, now, namedActor(caller.actor)),
    (result) =>
      result?.changed
        ? { action: paused ? 'integration.pause' : 'integration.resume', integrationId: id }
        : null,
  );
  if (done?.changed && row.state !== 'pending') await notifyLifecycle(deps, id);
  return toIntegrationView(deps, caller, done?.row ?? row);
}

/** Disconnects and erases the token immediately. Idempotent. */
export async function disconnectFor(deps: ChangeStateDeps, caller: Caller, id: string): Promise<void> {
  const row = await findAccessible(deps, caller, id);
  const now = deps.clock.now();
  await audited(
    { pool: deps.pool, actor: caller.actor, now },
    (db) => disconnect(db, row.id, now, namedActor(caller.actor)),
    (result) => (result?.changed ? { action: 'integration.disconnect', integrationId: id } : null),
  );
  if (hasLifecycle(row.state)) await notifyLifecycle(deps, row.id);
}
