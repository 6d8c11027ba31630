import { type Integration, factsOf } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration, markSeen } from '../../adapters/postgres/integrations/integrations';
import { RowMovedOn } from '../../adapters/postgres/integrations/apply-change';
import { type Outcome, type StepResult } from '../../core/lifecycle/steps';
import { type Deps } from '../deps';
import { toApplicationFailure } from '../failures';

/**
 * Runs one action of a lifecycle against its row as it is now, and reads the row again for the facts to go on with.
 * An action that finds its row changed under it has lost to something newer, which is no failure.
 */
export async function step(
  deps: Deps,
  integrationId: string,
  act: (row: Integration) => Promise<Outcome>,
): Promise<StepResult> {
  try {
    const before = await findIntegration(deps.pool, integrationId);
    const outcome = before ? await act(before).catch(unlessMovedOn) : 'moved_on';
    const after = await findIntegration(deps.pool, integrationId);
    if (!after) return { facts: null, outcome, now: deps.clock.now() };
    if (after.lifecycleRevision < after.revision) await markSeen(deps.pool, integrationId, after.revision);
    return { facts: factsOf(after), outcome, now: deps.clock.now() };
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

function unlessMovedOn(error: unknown): Outcome {
  if (error instanceof RowMovedOn) return 'moved_on';
  throw error;
}
