import { disconnectForGood, pauseRefreshes } from '../../../services/operating';
import { NoToken } from '../../../services/usable-token';
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
  const done = await pauseRefreshes(deps.pool, caller.actor, id, paused, deps.clock.now());
  if (done?.changed && row.state !== 'pending') await notifyLifecycle(deps, id);
  return toIntegrationView(deps, caller, done?.row ?? row);
}

/** Disconnects and erases the token immediately. Idempotent. */
export async function disconnectFor(deps: ChangeStateDeps, caller: Caller, id: string): Promise<void> {
  const row = await findAccessible(deps, caller, id);
  await disconnectForGood(deps.pool, caller.actor, row.id, deps.clock.now());
  if (hasLifecycle(row.state)) await notifyLifecycle(deps, row.id);
}
