import {
  CancellationScope,
  allHandlersFinished,
  condition,
  makeContinueAsNewFunc,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import { type LifecycleFacts } from '../core/lifecycle/facts';
import { type Action } from '../core/lifecycle/next-action';
import { LIFECYCLE_TASK_SECONDS, WORKFLOW_TYPES } from '../core/names';
import { searchAttributeValues } from '../core/lifecycle/search-attributes';
import { type StepResult } from '../core/lifecycle/facts';
import { urgencyOf } from '../core/lifecycle/urgency';
import { MINUTE_MS } from '../core/time';
import { instagramActivities, storeActivities } from './activities';
import { registerHandlers } from './lifecycle-messages';
import { type CarriedState, LifecycleRun } from './lifecycle-run';
import { searchAttributePairs } from './search-attributes';
import { Visibility } from './visibility';

export interface TokenLifecycleInput {
  integrationId: string;
  carried?: CarriedState;
}

/**
 * Keeps one integration's token alive: sleeps until the next action is due, performs it, and decides again. One run is one
 * token version; a new version, or a run with many messages behind it, continues as new.
 */
export async function TokenLifecycle(input: TokenLifecycleInput): Promise<void> {
  const run = new LifecycleRun(input.carried, {
    now: () => Date.now(),
    continueAsNewSuggested: () => workflowInfo().continueAsNewSuggested,
    patched,
  });
  const visibility = new Visibility(input.carried !== undefined);
  registerHandlers(run);

  for (;;) {
    if (run.mustContinue() && run.facts) return leave(run, input.integrationId);
    const action = run.next();
    visibility.update(run.facts, action);
    if (action.type === 'end') break;
    if (action.type === 'wait') await sleepUntil(run, action.until);
    else await perform(run, action, input.integrationId);
  }
  run.leaving = true;
  await condition(allHandlersFinished);
}

/** After a long sleep two machines' clocks may differ a little: a moment late is better than too early, in vain. */
const CLOCK_SLACK_MS = 1_000;

/** Sleeps until the instant, until there is something to do, or until something is due sooner. */
async function sleepUntil(run: LifecycleRun, until: number | null): Promise<void> {
  const isOver = () => run.hasWork() || run.isDueBefore(until);
  if (until === null) {
    await condition(isOver);
    return;
  }
  const summary = run.facts?.username
    ? { summary: `@${run.facts.username} version ${run.facts.version}` }
    : {};
  const restMs = until - run.now();
  const slackMs = restMs > MINUTE_MS ? CLOCK_SLACK_MS : 0;
  await condition(isOver, Math.max(1, restMs + slackMs), summary);
}

/** Runs one activity. A changed row is read at once, even while the activity is still under way. */
async function perform(run: LifecycleRun, action: Action, integrationId: string): Promise<void> {
  const subject = run.begin(action);
  let result: StepResult | null = null;
  let ended = false;
  const queued = new CancellationScope();
  const started = queued
    .run(() => activityFor(run, action, subject, integrationId))
    .then(
      (value) => {
        result = value;
        ended = true;
      },
      () => {
        ended = true;
      },
    );
  // Runs of before left the queue as it was.
  let mayGiveWay = true;
  while (action.type !== 'load') {
    await condition(() => ended || run.wantsLoad() || (mayGiveWay && run.hasMoreUrgent(action)));
    if (ended) break;
    if (!run.wantsLoad()) {
      mayGiveWay = patched('urgent-first');
      if (!mayGiveWay) continue;
      // Still in the queue, it is taken back; under way, it ends as it would.
      queued.cancel();
      await started;
      if (!result) return run.abandon(action);
      break;
    }
    await perform(run, { type: 'load' }, integrationId);
    if (run.mustContinue() || run.facts === null || run.facts.state === 'disconnected')
      return run.abandon(action);
  }
  await started;
  if (result) run.accept(action, result);
  else run.failed(action);
}

function activityFor(
  run: LifecycleRun,
  action: Action,
  { rejection, recheck }: ReturnType<LifecycleRun['begin']>,
  integrationId: string,
): Promise<StepResult> {
  const facts = run.facts;
  if (action.type === 'load' || !facts) return storeActivities(facts).loadFacts({ integrationId });
  const target = { integrationId, version: facts.version };
  const urgency = urgencyOf(action, facts, run.now());
  switch (action.type) {
    case 'refresh':
      return instagramActivities(facts, urgency).refreshToken({
        ...target,
        asked: action.asked,
      });
    case 'recover':
      return instagramActivities(facts, urgency).recoverToken({
        ...target,
        rejection,
        recheck,
      });
    case 'remind':
      return instagramActivities(facts, urgency).remind(target);
    case 'warn':
      return storeActivities(facts).warnExpiring(target);
    case 'expire':
      return instagramActivities(facts, urgency).expire(target);
    default:
      throw new Error(`${action.type} is not done by an activity.`);
  }
}

async function leave(run: LifecycleRun, integrationId: string): Promise<never> {
  run.leaving = true;
  await condition(allHandlersFinished);
  // Nothing may be awaited from here on: what a handler notes now would be lost.
  const carried = run.carry();
  return makeContinueAsNewFunc<typeof TokenLifecycle>({
    // A run of the former type goes on as this one.
    workflowType: WORKFLOW_TYPES.tokenLifecycle,
    workflowTaskTimeout: `${LIFECYCLE_TASK_SECONDS}s`,
    typedSearchAttributes: searchAttributePairs(searchAttributeValues(carried.facts as LifecycleFacts)),
  })({ integrationId, carried });
}
