import { type ProviderError } from '../../adapters/instagram/provider-error';
import { admitVerdict } from '../../adapters/postgres/incidents/dead-verdicts';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { move } from '../../adapters/postgres/integrations/apply-change';
import { withTransaction } from '../../adapters/postgres/pool';
import { type Reason, causeOf } from '../../core/lifecycle/states';
import { type Outcome } from '../../core/lifecycle/steps';
import { type Deps } from '../deps';
import { expiry } from './expire';
import { hold } from './hold';

/**
 * Expires an integration whose token was found dead, unless too many die at once: then it is held, like those of the
 * last minute, which come back into recovery.
 * @param lookedAt epoch ms at which the look began that found the token dead
 */
export async function declareDead(
  deps: Deps,
  row: Integration,
  reason: Reason,
  error: ProviderError,
  lookedAt: number,
): Promise<Outcome> {
  const now = deps.clock.now();
  const { changes, events } = expiry(reason, now, error);
  const admission = await withTransaction(deps.pool, async (db) => {
    const result = await admitVerdict(db, row, lookedAt, now);
    if (result.admitted) await move(db, row, changes, events, now);
    return result;
  });
  if (admission.admitted) {
    deps.counters.expiration(causeOf(reason));
    return 'expired';
  }
  await wake(deps, admission.reopened);
  return hold(deps, row);
}

/** Tells lifecycles that their row changed. One that cannot be told now learns it from the audit. */
async function wake(deps: Deps, ids: string[]): Promise<void> {
  for (const id of ids) {
    await deps.lifecycles.rowChanged(id).catch((error: unknown) => {
      deps.logger.warn({ integrationId: id, reason: (error as Error).message }, 'a lifecycle was not told');
    });
  }
}
