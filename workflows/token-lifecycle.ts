import {
  CancellationScope,
  allHandlersFinished,
  makeContinueAsNewFunc,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import { type LifecycleFacts } from '../core/lifecycle/facts';
import { LIFECYCLE_TASK_SECONDS, WORKFLOW_TYPES } from '../core/names';
import { searchAttributeValues } from '../core/lifecycle/search-attributes';
import { runName } from '../core/text/run-summaries';
import { instagramActivities, storeActivities } from './activities';
import { keepAlive } from './lifecycle-loop';
import { registerHandlers, temporalCondition } from './lifecycle-messages';
import { type CarriedState, LifecycleRun } from './lifecycle-run';
import { onNextVersion, watchVersion } from './next-version';
import { searchAttributePairs } from './search-attributes';
import { Visibility } from './visibility';

export interface TokenLifecycleInput {
  integrationId: string;
  carried?: CarriedState;
}

/**
 * Keeps one integration's token alive: sleeps until the next action is due, performs it, and decides again. One run is one
 * token version; a new version, a run with many messages behind it, and one of outdated workers continue as new.
 */
export async function TokenLifecycle(input: TokenLifecycleInput): Promise<void> {
  const run = new LifecycleRun(input.carried, {
    now: () => Date.now(),
    continueAsNewSuggested: () => workflowInfo().continueAsNewSuggested,
    patched,
  });
  const visibility = new Visibility(input.carried !== undefined && !input.carried.facts?.unlisted);
  registerHandlers(run);

  await keepAlive(run, input.integrationId, {
    condition: temporalCondition,
    storeActivities,
    instagramActivities,
    cancellable(work) {
      const scope = new CancellationScope();
      return { ended: scope.run(work), cancel: () => scope.cancel() };
    },
    patched,
    isOutdated: watchVersion(),
    allHandlersFinished,
    show: (facts, action) => visibility.update(facts, action),
    continueAsNew: () => continueAsNew(run, input.integrationId),
  });
}

function continueAsNew(run: LifecycleRun, integrationId: string): Promise<never> {
  const carried = run.carry();
  const facts = carried.facts as LifecycleFacts;
  return makeContinueAsNewFunc<typeof TokenLifecycle>({
    // A run of the former type goes on as this one.
    workflowType: WORKFLOW_TYPES.tokenLifecycle,
    workflowTaskTimeout: `${LIFECYCLE_TASK_SECONDS}s`,
    ...(!facts.unlisted && { typedSearchAttributes: searchAttributePairs(searchAttributeValues(facts)) }),
    // A summary is given at a start alone; this stays with every run.
    memo: { connection: runName(facts) },
    ...onNextVersion(),
  })({ integrationId, carried });
}
