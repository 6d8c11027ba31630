import { reasonOf } from '../../adapters/error-reason';
import { findStuckPending } from '../../adapters/postgres/fleet/overdue';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { MINUTE_MS } from '../../core/time';
import { type Deps } from '../deps';
import { settlePending } from '../lifecycle/settle-pending';

/** A refresh settles its own answer within moments; after this long it does no more. */
const STUCK_AFTER_MS = 10 * MINUTE_MS;

/**
 * Settles refreshed tokens that a killed worker stored and did not put to use. The lifecycle would do so with its next
 * refresh or recovery, which may be weeks away. @returns how many are in use now
 */
export async function settleStuck(
  deps: Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'logger' | 'lifecycles'>,
  now: number,
): Promise<number> {
  let settled = 0;
  for (const id of await findStuckPending(deps.pool, now - STUCK_AFTER_MS)) {
    try {
      const row = await findIntegration(deps.pool, id);
      if (!row || (await settlePending(deps, row, 'recovery')) !== 'promoted') continue;
      settled += 1;
      await deps.lifecycles.rowChanged(id);
    } catch (error) {
      deps.logger.error({ integrationId: id, reason: reasonOf(error) }, 'stored token not settled');
    }
  }
  return settled;
}
