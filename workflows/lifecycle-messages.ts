import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import { type LifecycleFacts } from '../core/lifecycle/facts';
import {
  type EnsureFreshInput,
  type EnsureFreshOutcome,
  type LifecycleStatus,
  type RecoverOutcome,
  UNKNOWN_INTEGRATION,
} from '../core/lifecycle/messages';
import { DECISION_WAIT_MS } from '../core/lifecycle/recovery-policy';
import { refreshableAt } from '../core/lifecycle/refresh-policy';
import { isUsable } from '../core/lifecycle/states';
import { readEnsureFresh, readRecover, readRejection } from './check-payload';
import { type LifecycleHost } from './lifecycle-loop';
import { type LifecycleRun } from './lifecycle-run';
import {
  ensureFreshUpdate,
  recoverUpdate,
  refreshNowSignal,
  rowChangedSignal,
  statusQuery,
  tokenRejectedSignal,
} from './messages';

export type Condition = LifecycleHost['condition'];

/** What operators read beside the timer of one who asked and waits. */
const CALLER = { summary: 'a caller waits' };

/** The SDK's `condition`. */
export const temporalCondition = condition as Condition;

/** Registers every handler of a lifecycle, before anything is awaited. */
export function registerHandlers(run: LifecycleRun): void {
  const handlers = handlersOf(run, temporalCondition);
  setHandler(tokenRejectedSignal, handlers.tokenRejected);
  setHandler(refreshNowSignal, handlers.refreshNow);
  setHandler(rowChangedSignal, handlers.rowChanged);
  setHandler(recoverUpdate, handlers.recover, {
    validator(payload: unknown) {
      const asked = readRecover(payload);
      refuseUnless(asked !== null, 'recover');
      if (asked && !asked.recheck) refuseWhileResting(run, asked.version);
    },
  });
  setHandler(ensureFreshUpdate, handlers.ensureFresh, {
    validator(payload: unknown) {
      const asked = readEnsureFresh(payload);
      refuseUnless(asked !== null, 'ensureFresh');
      if (asked) refuseWhileResting(run, asked.version);
    },
  });
  setHandler(statusQuery, handlers.status);
}

/** What a lifecycle does with each message. Handlers only record what was asked. */
export function handlersOf(run: LifecycleRun, wait: Condition) {
  return {
    tokenRejected(payload: unknown): void {
      run.messages += 1;
      const rejection = readRejection(payload);
      if (rejection) run.askRecovery(rejection);
      else run.malformed += 1;
    },
    refreshNow(): void {
      run.messages += 1;
      run.askRefresh();
    },
    rowChanged(): void {
      run.messages += 1;
      run.askRowChanged();
    },
    recover: (payload: unknown) => recover(run, payload, wait),
    ensureFresh: (payload: unknown) => ensureFresh(run, payload, wait),
    status(): LifecycleStatus {
      const action = run.facts ? run.next() : null;
      const until = action?.type === 'wait' ? action.until : run.now();
      return {
        facts: run.facts,
        nextAction: action?.type ?? null,
        nextActionAt: until === null ? null : new Date(until).toISOString(),
        messages: { handled: run.messages, malformed: run.malformed },
      };
    },
  };
}

async function recover(run: LifecycleRun, payload: unknown, wait: Condition): Promise<RecoverOutcome> {
  const { version, rejection, recheck } = readRecover(payload)!;
  run.messages += 1;
  if (!(await loaded(run, wait))) return 'undecided';
  const facts = known(run);
  if (facts.state === 'disconnected') return 'expired';
  if (version > facts.version) {
    run.askRowChanged();
    return 'not_yet';
  }
  if (recheck) run.askRecheck();
  else if (version < facts.version) return 'stale_version';
  else if (facts.state === 'expired') return 'expired';
  else if (rejection) {
    const wasQuiet = run.isQuiet();
    run.askRecovery(rejection);
    if (wasQuiet) return 'verified_ok';
  } else if (!run.isRecovering()) return 'verified_ok';

  const { decisions, recoveries } = run;
  const deadline = run.now() + DECISION_WAIT_MS;
  // Once an attempt was made and the next is further off than the caller may wait, waiting is of no use.
  const nextCheckIsAfter = () => run.recoveries > recoveries && !run.mayDecideBefore(deadline);
  await wait(() => run.decisions > decisions || run.leaving || nextCheckIsAfter(), DECISION_WAIT_MS, CALLER);
  return run.decisions > decisions ? run.lastDecision : 'undecided';
}

async function ensureFresh(
  run: LifecycleRun,
  payload: unknown,
  wait: Condition,
): Promise<EnsureFreshOutcome> {
  const request = readEnsureFresh(payload) as EnsureFreshInput;
  run.messages += 1;
  if (!(await loaded(run, wait))) return 'undecided';
  if (request.version > known(run).version) {
    run.askRowChanged();
    return 'not_yet';
  }
  const deadline = run.now() + DECISION_WAIT_MS;
  const settled = () => run.facts?.state !== 'recovering' || !run.mayDecideBefore(deadline);
  await wait(() => settled() || run.leaving, DECISION_WAIT_MS, CALLER);
  const facts = known(run);
  if (facts.state === 'expired' || facts.state === 'disconnected') return 'expired';
  if (!isUsable(facts.state)) return 'undecided';
  if (facts.version > request.version) return 'refreshed';
  const leftMs = (facts.expiresAt ?? 0) - run.now();
  if (request.withinMs !== null && leftMs > request.withinMs) return 'fresh';
  if (run.now() < refreshableAt(facts.issuedAt)) return 'not_due';

  const seen = run.refreshes;
  run.askRefresh();
  const attempted = () => run.refreshes > seen && settled();
  await wait(() => attempted() || run.leaving, DECISION_WAIT_MS, CALLER);
  if (run.facts && run.facts.version > request.version) return 'refreshed';
  if (run.facts?.state === 'expired') return 'expired';
  if (run.facts?.state === 'recovering') return 'undecided';
  return attempted() ? run.lastRefresh : 'undecided';
}

/** A message may arrive with the start, before the row was read. */
async function loaded(run: LifecycleRun, wait: Condition): Promise<boolean> {
  return wait(() => run.facts !== null || run.decisions > 0, DECISION_WAIT_MS, CALLER);
}

/** @throws ApplicationFailure `UnknownIntegration`: the row was read, and there is none */
function known({ facts }: LifecycleRun): LifecycleFacts {
  if (facts) return facts;
  throw ApplicationFailure.nonRetryable('There is no integration with this ID.', UNKNOWN_INTEGRATION);
}

/** What a validator refuses leaves no event: however many ask, the history of a recovery is its attempts. */
function refuseWhileResting(run: LifecycleRun, version: number): void {
  if (run.facts?.version === version && run.isResting(DECISION_WAIT_MS))
    throw ApplicationFailure.nonRetryable('The next attempt is too far off to wait for.', 'Undecided');
}

function refuseUnless(valid: boolean, update: string): void {
  if (!valid)
    throw ApplicationFailure.nonRetryable(`The payload of ${update} is not of its shape.`, 'InvalidPayload');
}
