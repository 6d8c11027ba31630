import { type StepResult } from '../../core/lifecycle/steps';
import { type Deps } from '../deps';
import { step } from './step';

/** Reads the row anew: after a start, or because something outside the lifecycle changed it. */
export function loadFacts(deps: Deps, input: { integrationId: string }): Promise<StepResult> {
  return step(deps, input.integrationId, async () => 'done');
}
