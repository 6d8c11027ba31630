import { findOpenIncident } from '../../adapters/postgres/incidents/incidents';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Outcome } from '../../core/lifecycle/steps';
import { saysNothing } from './decide-dead';
import { type Deps } from '../deps';
import { expireFor } from './expire';
import { hold } from './hold';
import { ownError } from './last-error';
import { refreshOnce } from './refresh-once';
import { tryLater } from './try-later';

/**
 * The lifetime ran out: one last refresh, for clocks and records can be wrong. A clear refusal ends the connection;
 * without a clear answer it is tried again until a day has passed.
 */
export async function lastRefresh(deps: Deps, row: Integration): Promise<Outcome> {
  const result = await refreshOnce(deps, row, 'recovery');
  const now = deps.clock.now();
  switch (result.is) {
    case 'refreshed':
      return 'refreshed';
    case 'failed':
      if (await findOpenIncident(deps.pool, row)) return hold(deps, row);
      if (saysNothing(result.error)) return tryLater(deps, row, { error: result.error });
      return expireFor(
        deps,
        row,
        row.recovery?.ownerAction ?? ownerActionOf(result.error.failure) ?? 'lifetime_elapsed',
        result.error,
      );
    case 'useless':
      if (await findOpenIncident(deps.pool, row)) return hold(deps, row);
      return expireFor(deps, row, 'lifetime_elapsed');
    case 'under_way':
      return tryLater(deps, row, { delayMs: Math.max(1_000, result.until - now) });
    default:
      return tryLater(deps, row, {
        lastError: ownError('unproven', 'The refreshed token could not be proven yet.', now),
      });
  }
}

function ownerActionOf(failure: {
  class: string;
  reason: string | null;
}): 'checkpoint' | 'account_unusable' | null {
  if (failure.class !== 'owner_action') return null;
  return failure.reason === 'account_unusable' ? 'account_unusable' : 'checkpoint';
}
