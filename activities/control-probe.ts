import { type ProviderApp } from '../adapters/postgres/incidents';
import { findControl } from '../adapters/postgres/control';
import { findVersion, openToken } from '../adapters/postgres/token-versions';
import { type Deps } from './deps';
import { probeToken } from './probe-token';

/** Whether another integration of the same app gets through: then the refusal is not ours or the app's. @param app or the integration not to take */
export async function controlIsAlive(deps: Deps, app: ProviderApp & { id: string }): Promise<boolean> {
  const control = await findControl(deps.pool, app);
  const version = control && (await findVersion(deps.pool, control.id, 'current'));
  if (!control || !version) return false;
  const verdict = await probeToken(deps, control, await openToken(deps.sealer, control, version));
  return verdict.is === 'alive';
}
