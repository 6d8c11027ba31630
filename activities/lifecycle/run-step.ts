import { type Integration, factsOf } from '../../adapters/postgres/integrations/integration-row';
import { RowMovedOn, applyChange } from '../../adapters/postgres/integrations/apply-change';
import { findIntegration, markSeen } from '../../adapters/postgres/integrations/integrations';
import { withTransaction } from '../../adapters/postgres/pool';
import { type Change } from '../../core/lifecycle/change';
import { type Outcome, type StepResult } from '../../core/lifecycle/facts';
import { type Deps } from '../deps';
import { toApplicationFailure } from '../failures';

type Store = Pick<Deps, 'pool' | 'clock'>;
type Step = Store & Pick<Deps, 'searchAttributesAreKnown'>;

/**
 * Runs one action of a lifecycle against its row as it is now, and reads the row again for the facts to go on with.
 * An action whose row changed meanwhile has lost to something newer, which is no failure.
 */
export async function runStep(
  { pool, clock, searchAttributesAreKnown }: Step,
  integrationId: string,
  act: (row: Integration) => Promise<Outcome>,
): Promise<StepResult> {
  try {
    const before = await findIntegration(pool, integrationId);
    const outcome = before ? await act(before).catch(unlessMovedOn) : 'moved_on';
    const after = await findIntegration(pool, integrationId);
    if (!after) return { facts: null, outcome, now: clock.now() };
    if (after.lifecycleRevision < after.revision) await markSeen(pool, integrationId, after.revision);
    const facts = { ...factsOf(after), ...(!searchAttributesAreKnown() && { unlisted: true as const }) };
    return { facts, outcome, now: clock.now() };
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

/** Reads the row again: after a start, or because something outside the lifecycle changed it. */
export function loadFacts(deps: Step, input: { integrationId: string }): Promise<StepResult> {
  return runStep(deps, input.integrationId, async () => 'done');
}

/** Applies a change and its events in one transaction. @throws RowMovedOn */
export function updateIntegration(
  { pool, clock }: Store,
  row: Integration,
  change: Change,
): Promise<Integration> {
  return withTransaction(pool, (db) => applyChange(db, row, change, clock.now()));
}

function unlessMovedOn(error: unknown): Outcome {
  if (error instanceof RowMovedOn) return 'moved_on';
  throw error;
}
