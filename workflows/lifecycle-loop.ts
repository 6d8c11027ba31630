import type { Activities } from '../activities';
import { type LifecycleFacts, type StepResult } from '../core/lifecycle/facts';
import { type Action } from '../core/lifecycle/next-action';
import { type Urgency, urgencyOf } from '../core/lifecycle/urgency';
import { activitySummary, timerSummary } from '../core/text/run-summaries';
import { MINUTE_MS } from '../core/time';
import { type LifecycleRun } from './lifecycle-run';

/** What the loop does by: Temporal, or a simulation of it in virtual time. */
export interface LifecycleHost {
  condition(isTrue: () => boolean): Promise<void>;
  /** @returns false once the time was up */
  condition(isTrue: () => boolean, timeoutMs: number, options?: { summary?: string }): Promise<boolean>;
  /** @param summary what operators read beside the step */
  storeActivities(summary: string): Pick<Activities, 'loadFacts' | 'warnExpiring'>;
  instagramActivities(
    urgency: Urgency,
    summary: string,
  ): Pick<Activities, 'refreshToken' | 'recoverToken' | 'remind' | 'expire'>;
  /** Starts something that may be cancelled, as a scope of its own. */
  cancellable<T>(work: () => Promise<T>): { ended: Promise<T>; cancel(): void };
  /** @see https://docs.temporal.io/develop/typescript/versioning */
  patched(id: string): boolean;
  /** Whether workers of another version should go on, as a new run. */
  isOutdated(): boolean;
  allHandlersFinished(): boolean;
  /** Tells operators what the lifecycle knows and does next. */
  show(facts: LifecycleFacts | null, action: Action): void;
  /** Goes on as a new run with what this one carries. */
  continueAsNew(): Promise<never>;
}

/** Performs what is due, and sleeps until the next instant, for as long as one run lasts. */
export async function keepAlive(
  run: LifecycleRun,
  integrationId: string,
  host: LifecycleHost,
): Promise<void> {
  for (;;) {
    if (run.facts && (run.mustContinue() || host.isOutdated())) return leave(run, host);
    const action = run.next();
    host.show(run.facts, action);
    if (action.type === 'end') break;
    if (action.type === 'wait') await sleepUntil(run, action.until, host);
    else await perform(run, action, integrationId, host);
  }
  run.leaving = true;
  await host.condition(() => host.allHandlersFinished());
}

/** After a long sleep two machines' clocks may differ a little: a moment late is better than too early, in vain. */
const CLOCK_SLACK_MS = 1_000;

/** Sleeps until the instant, until there is something to do, or until something is due sooner. */
async function sleepUntil(run: LifecycleRun, until: number | null, host: LifecycleHost): Promise<void> {
  const isOver = () => run.hasWork() || run.isDueBefore(until);
  if (until === null) {
    await host.condition(isOver);
    return;
  }
  const summary = run.facts ? { summary: timerSummary(run.facts, until, run.now()) } : {};
  const restMs = until - run.now();
  const slackMs = restMs > MINUTE_MS ? CLOCK_SLACK_MS : 0;
  await host.condition(isOver, Math.max(1, restMs + slackMs), summary);
}

/** Runs one activity. A changed row is read at once, even while the activity is still under way. */
async function perform(
  run: LifecycleRun,
  action: Action,
  integrationId: string,
  host: LifecycleHost,
): Promise<void> {
  const subject = run.begin(action);
  let result: StepResult | null = null;
  let ended = false;
  const queued = host.cancellable(() => activityFor(run, action, subject, integrationId, host));
  const started = queued.ended.then(
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
    await host.condition(() => ended || run.wantsLoad() || (mayGiveWay && run.hasMoreUrgent(action)));
    if (ended) break;
    if (!run.wantsLoad()) {
      mayGiveWay = host.patched('urgent-first');
      if (!mayGiveWay) continue;
      // Still in the queue, it is taken back; under way, it ends as it would.
      queued.cancel();
      await started;
      if (!result) return run.abandon(action);
      break;
    }
    await perform(run, { type: 'load' }, integrationId, host);
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
  host: LifecycleHost,
): Promise<StepResult> {
  const facts = run.facts;
  const summary = activitySummary(action, facts, { rejection, recheck }, run.now());
  if (action.type === 'load' || !facts) return host.storeActivities(summary).loadFacts({ integrationId });
  const target = { integrationId, version: facts.version };
  const urgency = urgencyOf(action, facts, run.now());
  switch (action.type) {
    case 'refresh':
      return host.instagramActivities(urgency, summary).refreshToken({
        ...target,
        asked: action.asked,
      });
    case 'recover':
      return host.instagramActivities(urgency, summary).recoverToken({
        ...target,
        rejection,
        recheck,
      });
    case 'remind':
      return host.instagramActivities(urgency, summary).remind(target);
    case 'warn':
      return host.storeActivities(summary).warnExpiring(target);
    case 'expire':
      return host.instagramActivities(urgency, summary).expire(target);
    default:
      throw new Error(`${action.type} is not done by an activity.`);
  }
}

async function leave(run: LifecycleRun, host: LifecycleHost): Promise<never> {
  run.leaving = true;
  await host.condition(() => host.allHandlersFinished());
  // Nothing may be awaited from here on: what a handler notes now would be lost.
  return host.continueAsNew();
}
