import { type ProviderApp } from '../../adapters/postgres/incidents/incidents';
import { findControl } from '../../adapters/postgres/incidents/control';
import { openCurrent } from '../../adapters/postgres/tokens/open-token';
import { RowMovedOn } from '../../adapters/postgres/integrations/apply-change';
import { type Deps } from '../deps';
import { sealingError } from './last-error';
import { probeToken } from './probe-token';

/** Whether another integration of the same app gets through: then the refusal is not ours or the app's. @param app or the integration not to take */
export async function controlIsAlive(deps: Deps, app: ProviderApp & { id: string }): Promise<boolean> {
  const control = await findControl(deps.pool, app);
  if (!control) return false;
  try {
    const token = await openCurrent(deps.pool, deps.sealer, control, deps.clock.now());
    return (await probeToken(deps, control, token)).is === 'alive';
  } catch (error) {
    // One that cannot be asked tells nothing; its own lifecycle will see what is wrong with it.
    if (error instanceof RowMovedOn || sealingError(error, 0)) return false;
    throw error;
  }
}
