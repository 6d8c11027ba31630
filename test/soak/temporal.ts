import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';
import { type StepResult } from '../../core/lifecycle/facts';
import { recoverUpdateId } from '../../core/names';
import { type Lifecycles } from '../../services/lifecycles';
import { LIMITS } from '../../workflows/activities';
import { type RecoverInput, type RecoverOutcome } from '../../core/lifecycle/messages';
import { type Chance } from './chance';
import { type LeakWatch } from './leaks';
import { type LifecycleActivities, LifecycleExecution, type Server } from './lifecycle-execution';
import { type VirtualTime } from './schedule';

export type ActivityName =
  'loadFacts' | 'refreshToken' | 'recoverToken' | 'warnExpiring' | 'remind' | 'expire';

/** Where activities run. */
export interface Workers {
  /** Whether a worker is there to do anything. */
  areUp(): boolean;
  /** Runs one attempt on one of them. Never settles when that process dies, which `onDeath` tells. */
  run(name: ActivityName, input: unknown, onDeath: () => void): Promise<StepResult>;
}

/** By the policies that the workflow really proxies its activities with. */
const START_TO_CLOSE_MS = msToNumber(LIMITS.startToCloseTimeout);
const HEARTBEAT_MS = msToNumber(LIMITS.heartbeatTimeout);
const INITIAL_INTERVAL_MS = msToNumber(LIMITS.retry.initialInterval);
const MAXIMUM_INTERVAL_MS = msToNumber(LIMITS.retry.maximumInterval);

/** What Temporal does for lifecycles, in virtual time: runs with their timers and messages, activities with retries. */
export class VirtualTemporal implements Server {
  isUp = true;
  readonly runs = new Map<string, LifecycleExecution>();
  #waiting: (() => void)[] = [];
  readonly #answers = new Map<string, Promise<RecoverOutcome>>();

  constructor(
    readonly time: VirtualTime,
    private readonly workers: Workers,
    private readonly chance: Chance,
    private readonly leaks: LeakWatch,
  ) {}

  /** Does something for runs at once, or, while the server or all workers are away, when they are back. */
  whenPossible(act: () => void): void {
    if (this.isUp && this.workers.areUp()) act();
    else this.#waiting.push(act);
  }

  /** To be called when the server or a worker is back: what was due meanwhile happens now, in its order. */
  resume(): void {
    if (!this.isUp || !this.workers.areUp()) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const act of waiting) this.time.after(this.chance.between(0, 60_000), () => this.whenPossible(act));
  }

  /** The server's data is gone. Work of activities under way goes on, and nobody hears of it. */
  loseEverything(): void {
    for (const run of this.runs.values()) run.forget();
    this.runs.clear();
    this.#waiting = [];
    this.#answers.clear();
  }

  /** One activity with its retries, as Temporal runs it for a workflow. */
  execute(
    run: LifecycleExecution,
    name: ActivityName,
    input: unknown,
  ): { ended: Promise<StepResult>; cancel(): void } {
    const { time } = this;
    const payload = this.leaks.travels(`input of ${name}`, input);
    let attempt = 0;
    let isRunning = false;
    let over = false;
    let settle: { resolve: (result: StepResult) => void; reject: (error: Error) => void };
    const ended = new Promise<StepResult>((resolve, reject) => (settle = { resolve, reject }));
    const close = (finish: () => void) => {
      if (over) return;
      over = true;
      run.task(finish);
    };
    const fail = (mine: number, error: unknown) => {
      if (over || mine !== attempt || !isRunning) return;
      isRunning = false;
      this.leaks.says(`failure of ${name}`, String(error));
      const failure = error instanceof ApplicationFailure ? error : null;
      const isLast = attempt >= LIMITS.retry.maximumAttempts;
      if (failure?.nonRetryable || isLast) return close(() => settle.reject(error as Error));
      const intervalMs = Math.min(INITIAL_INTERVAL_MS * 2 ** (attempt - 1), MAXIMUM_INTERVAL_MS);
      const asked = failure?.nextRetryDelay;
      time.after(asked === undefined || asked === null ? intervalMs : msToNumber(asked), queue);
    };
    const queue = () =>
      this.whenPossible(() => time.after(this.chance.between(5, 100), () => this.whenPossible(start)));
    const start = () => {
      if (over) return;
      const mine = ++attempt;
      isRunning = true;
      const failAfter = (ms: number, why: string) =>
        time.after(ms, () => this.whenPossible(() => fail(mine, new Error(why))));
      const late = failAfter(START_TO_CLOSE_MS, 'start-to-close timeout');
      time.after(0, async () => {
        const finish = await this.workers
          .run(name, payload, () => failAfter(HEARTBEAT_MS, 'heartbeat timeout'))
          .then(
            (result) => () => close(() => settle.resolve(this.leaks.travels(`result of ${name}`, result))),
            (error: unknown) => () => fail(mine, error),
          );
        // What cannot be told to the server is lost, and then the attempt times out.
        if (!this.isUp || mine !== attempt || !isRunning) return;
        late.cancel();
        finish();
      });
    };
    queue();
    return {
      ended,
      /** In the queue it is taken back; under way, it ends as it would. */
      cancel: () => void (isRunning || close(() => settle.reject(new CancelledFailure('cancelled')))),
    };
  }

  /** What the service asks of lifecycles. Throws while the server is away. */
  readonly lifecycles = {
    start: async (id: string) => void this.#run(id),
    rowChanged: async (id: string) => this.#send(id, (run) => run.handlers.rowChanged()),
    tokenRejected: async (id: string, report: unknown) =>
      this.#send(id, (run) => run.handlers.tokenRejected(this.leaks.travels('tokenRejected', report))),
    refreshNow: async (id: string) => this.#send(id, (run) => run.handlers.refreshNow()),
    rowEnded: async (id: string) => {
      this.#require();
      if (this.runs.has(id)) this.#send(id, (run) => run.handlers.rowChanged());
    },
    countRunning: async () => {
      this.#require();
      return this.runs.size;
    },
    running: async function* (this: VirtualTemporal) {
      this.#require();
      yield* [...this.runs.keys()];
    }.bind(this),
    isStuck: async () => false,
    reportedProblems: async () => [],
    forget: async () => 0,
    terminate: async (id: string) => {
      this.runs.get(id)?.forget();
      return this.runs.delete(id);
    },
  } as unknown as Lifecycles & { refreshNow(id: string): Promise<void> };

  /** The update `recover`; a crowd that asks the same in one slot shares one answer. */
  recover(id: string, report: RecoverInput): Promise<RecoverOutcome> {
    this.#require();
    const key = `${id}/${recoverUpdateId(report, this.time.now())}`;
    const shared = this.#answers.get(key);
    if (shared) return shared;
    const outcome = new Promise<RecoverOutcome>((resolve) =>
      this.#send(id, (run) => run.update((handlers) => handlers.recover(report), resolve)),
    );
    if (this.#answers.size > 1_000) this.#answers.clear();
    this.#answers.set(key, outcome);
    return outcome;
  }

  /** A message is accepted by the server, and reaches its run once a worker is there. It starts a missing run. */
  #send(id: string, message: (run: LifecycleExecution) => void): void {
    this.#require();
    this.#run(id);
    // The run may have continued as new until then.
    this.whenPossible(() => {
      const run = this.runs.get(id);
      run?.task(() => message(this.runs.get(id) ?? run));
    });
  }

  #run(id: string): void {
    this.#require();
    if (!this.runs.has(id)) new LifecycleExecution(this, id, this.leaks).start();
  }

  #require(): void {
    if (!this.isUp) throw Object.assign(new Error('14 UNAVAILABLE: no connection'), { name: 'ServiceError' });
  }

  activities(run: LifecycleExecution): LifecycleActivities {
    const act = (name: ActivityName) => (input: unknown) => {
      const { ended, cancel } = this.execute(run, name, input);
      run.onCancel(cancel);
      return ended;
    };
    return {
      loadFacts: act('loadFacts'),
      refreshToken: act('refreshToken'),
      recoverToken: act('recoverToken'),
      warnExpiring: act('warnExpiring'),
      remind: act('remind'),
      expire: act('expire'),
    };
  }
}
