import { ProviderError } from '../../adapters/instagram/provider-error';
import { findControl } from '../../adapters/postgres/incidents/control';
import { type ProviderApp } from '../../adapters/postgres/incidents/incidents';
import { RowMovedOn } from '../../adapters/postgres/integrations/apply-change';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { openCurrent } from '../../adapters/postgres/tokens/open-token';
import { type Secret } from '../../core/access/secret';
import { type Probe } from '../../core/lifecycle/evidence';
import { type Failure } from '../../core/lifecycle/failure';
import { recordProviderSignal } from '../../services/provider-signal';
import { type Deps } from '../deps';
import { refusalOf, sealingError } from './refusal';

type Prober = Pick<Deps, 'pool' | 'clock' | 'instagram'>;

/** Asks Instagram whose token this is: the cheapest call that shows whether it works. */
export async function probeToken(deps: Prober, row: Integration, token: Secret): Promise<Probe> {
  try {
    const account = await deps.instagram.probe(token);
    const isSame = row.accountId === null || account.id === row.accountId;
    await recordProviderSignal(deps, row, null);
    const username = account.username ?? row.username ?? account.id;
    return isSame ? { is: 'alive', username } : { is: 'other_account' };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    await recordProviderSignal(deps, row, error.failure.class);
    return { is: meaningOf(error.failure), refusal: refusalOf(error, deps.clock.now()) };
  }
}

/** Whether another connection of the same app gets through: then a refusal is not ours or the app's. */
export async function controlIsAlive(
  deps: Prober & Pick<Deps, 'sealer'>,
  app: ProviderApp & { id: string },
): Promise<boolean> {
  const control = await findControl(deps.pool, app);
  if (!control) return false;
  try {
    const token = await openCurrent(deps.pool, deps.sealer, control, deps.clock.now());
    return (await probeToken(deps, control, token)).is === 'alive';
  } catch (error) {
    // One that cannot be probed proves nothing; its own lifecycle deals with what is wrong.
    if (error instanceof RowMovedOn || sealingError(error, 0)) return false;
    throw error;
  }
}

function meaningOf(failure: Failure): 'dead' | 'owner_action' | 'ambiguous' | 'unclear' {
  switch (failure.class) {
    case 'terminal':
      return 'dead';
    case 'owner_action':
    case 'ambiguous':
      return failure.class;
    default:
      return 'unclear';
  }
}
