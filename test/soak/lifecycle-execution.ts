import { type LifecycleHost, keepAlive } from '../../workflows/lifecycle-loop';
import { handlersOf } from '../../workflows/lifecycle-messages';
import { type CarriedState, LifecycleRun } from '../../workflows/lifecycle-run';
import { type LeakWatch } from './leaks';
import { type Timer, type VirtualTime, settled } from './schedule';

/** What an execution lives on. */
export interface Server {
  readonly time: VirtualTime;
  /** The executions that are running, by integration. */
  readonly runs: Map<string, LifecycleExecution>;
  /** Does something at once, or as soon as server and workers are there. */
  whenPossible(act: () => void): void;
  activities(run: LifecycleExecution): LifecycleActivities;
}

export type LifecycleActivities = ReturnType<LifecycleHost['storeActivities']> &
  ReturnType<LifecycleHost['instagramActivities']>;

interface Blocked {
  isTrue: () => boolean;
  resolve: (inTime: boolean) => void;
  timer: Timer | null;
  until: number | null;
}

type Handlers = ReturnType<typeof handlersOf>;

/** Temporal suggests to continue as new when a history is this long. */
const LONG_HISTORY_EVENTS = 4_096;

/** One execution of `TokenLifecycle`: the workflow's own loop, run and handlers, with virtual time under them. */
export class LifecycleExecution {
  readonly handlers: Handlers;
  readonly #run: LifecycleRun;
  readonly #blocked = new Set<Blocked>();
  #handlersUnderWay = 0;
  #activities = 0;
  #historyLength = 0;
  #isOver = false;
  /** Cancels the activity that was started last. */
  #cancelLast: () => void = () => undefined;

  constructor(
    private readonly temporal: Server,
    readonly id: string,
    private readonly leaks: LeakWatch,
    carried?: CarriedState,
  ) {
    this.#run = new LifecycleRun(carried, {
      now: temporal.time.now,
      continueAsNewSuggested: () => this.#historyLength > LONG_HISTORY_EVENTS,
      patched: () => true,
    });
    this.handlers = handlersOf(this.#run, this.#condition);
  }

  start(): void {
    this.temporal.runs.set(this.id, this);
    this.task(() => this.#begin());
  }

  /** Ends it without a trace. */
  forget(): void {
    this.#isOver = true;
    for (const { timer } of this.#blocked) timer?.cancel();
    this.#blocked.clear();
  }

  /** What the run will do of itself: when its next timer fires, or that an activity is under way. */
  get plan(): { wakesAt: number | null; isBusy: boolean } {
    const instants = [...this.#blocked].map(({ until }) => until).filter((until) => until !== null);
    return { wakesAt: instants.length > 0 ? Math.min(...instants) : null, isBusy: this.#activities > 0 };
  }

  onCancel(cancel: () => void): void {
    this.#cancelLast = cancel;
  }

  /** One workflow task: something reached the run, and it goes on as far as it can. */
  task(stimulus: () => void): void {
    if (this.#isOver) return;
    this.temporal.whenPossible(() =>
      this.temporal.time.after(0, async () => {
        if (this.#isOver) return;
        this.#historyLength += 4;
        stimulus();
        await this.#goOn();
      }),
    );
  }

  /** Handles an update; the run does not end before it is answered. */
  update<T>(handle: (handlers: Handlers) => Promise<T>, answer: (outcome: T) => void): void {
    this.#handlersUnderWay += 1;
    void handle(this.handlers).then((outcome) => {
      this.#handlersUnderWay -= 1;
      // The caller goes on in a turn of its own.
      this.temporal.time.after(1, () => {
        answer(outcome);
        return settled();
      });
    });
  }

  readonly #condition = ((isTrue: () => boolean, timeoutMs?: number) => {
    if (isTrue()) return Promise.resolve(true);
    return new Promise<boolean>((resolve) => {
      const blocked: Blocked = { isTrue, resolve, timer: null, until: null };
      this.#blocked.add(blocked);
      if (timeoutMs === undefined) return;
      blocked.until = this.temporal.time.now() + timeoutMs;
      blocked.timer = this.temporal.time.at(blocked.until, () =>
        this.task(() => this.#release(blocked, false)),
      );
    });
  }) as LifecycleHost['condition'];

  #begin(): void {
    const { temporal } = this;
    const activities = temporal.activities(this);
    const counted = Object.fromEntries(
      Object.entries(activities).map(([name, act]) => [
        name,
        this.#counting(act as (input: unknown) => Promise<unknown>),
      ]),
    ) as typeof activities;
    void keepAlive(this.#run, this.id, {
      condition: this.#condition,
      storeActivities: () => counted,
      instagramActivities: () => counted,
      cancellable: (work) => {
        const ended = work();
        return { ended, cancel: this.#cancelLast };
      },
      patched: () => true,
      isOutdated: () => false,
      allHandlersFinished: () => this.#handlersUnderWay === 0,
      show: () => undefined,
      continueAsNew: () => this.#continueAsNew(),
    }).then(
      () => this.#end(),
      (error: unknown) => temporal.time.after(0, () => Promise.reject(error)),
    );
  }

  #counting(act: (input: unknown) => Promise<unknown>) {
    return (input: unknown) => {
      this.#activities += 1;
      return act(input).finally(() => (this.#activities -= 1));
    };
  }

  #continueAsNew(): Promise<never> {
    const carried = this.leaks.travels('carried state', this.#run.carry());
    this.forget();
    new LifecycleExecution(this.temporal, this.id, this.leaks, carried).start();
    return new Promise(() => undefined);
  }

  #end(): void {
    this.forget();
    if (this.temporal.runs.get(this.id) === this) this.temporal.runs.delete(this.id);
  }

  /** As the SDK does it: conditions are looked at again until none is true that was waited for. */
  async #goOn(): Promise<void> {
    for (;;) {
      await settled();
      const ready = [...this.#blocked].find(({ isTrue }) => isTrue());
      if (!ready) return;
      this.#release(ready, true);
    }
  }

  #release(blocked: Blocked, inTime: boolean): void {
    if (!this.#blocked.delete(blocked)) return;
    blocked.timer?.cancel();
    blocked.resolve(inTime);
  }
}
