import { type Pool } from 'pg';
import { ProviderError } from '../../adapters/instagram/provider-error';
import { findControl } from '../../adapters/postgres/incidents/control';
import {
  type ProviderApp,
  beginIncident,
  countRefusedCalls,
  findOpenIncident,
  fleetOf,
  recordAnswer,
} from '../../adapters/postgres/incidents/incidents';
import { RowMovedOn } from '../../adapters/postgres/integrations/apply-change';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { withTransaction } from '../../adapters/postgres/pool';
import { openCurrent } from '../../adapters/postgres/tokens/open-token';
import { CALL_REFUSALS_WINDOW_MS, allowedVerdicts } from '../../core/lifecycle/incident-policy';
import { type Secret } from '../../core/access/secret';
import { type Probe } from '../../core/lifecycle/evidence';
import { type Failure, type FailureClass } from '../../core/lifecycle/failure';
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

/**
 * What an answer to one of our own calls means for the app as a whole: an app-level failure opens an incident, clear
 * answers end one. What other services report never counts here. @param failed null when the token worked
 */
export async function recordProviderSignal(
  { pool, clock }: Pick<Deps, 'pool' | 'clock'>,
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
