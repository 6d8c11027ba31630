import fc from 'fast-check';
import { type LifecycleFacts, NOTHING_ASKED, type Outcome, type Rejection } from '../../core/lifecycle/facts';
import { type Action } from '../../core/lifecycle/next-action';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time';
import { lifecycleFactsOf } from '../support/connections';
import { type CarriedState, LifecycleRun, type RunContext } from '../../workflows/lifecycle-run';

const START = Date.UTC(2026, 5, 1);
const factsOf = (version: number, changed: Partial<LifecycleFacts> = {}) =>
  lifecycleFactsOf(START - 2 * DAY_MS, { version, ...changed });
const report = (version: number, subcode: number | null = null): Rejection => ({
  version,
  code: 190,
  subcode,
  source: 'test',
});

/** A clock to move by hand, and whatever else a run asks Temporal. */
function contextAt(start: number, patched = true): RunContext & { at: number } {
  const context = {
    at: start,
    now: () => context.at,
    continueAsNewSuggested: () => false,
    patched: () => patched,
  };
  return context;
}
const carriedOf = (facts: LifecycleFacts, changed: Partial<CarriedState> = {}): CarriedState => ({
  facts,
  asked: { ...NOTHING_ASKED },
  skewMs: 0,
  quietUntil: 0,
  falseAlarms: 0,
  malformed: 0,
  ...changed,
});
const result = (facts: LifecycleFacts | null, outcome: Outcome, now: number) => ({ facts, outcome, now });
const RECOVER: Action = { type: 'recover' };
const LOAD: Action = { type: 'load' };

test.each([
  ['its result waited three days for a worker', 0, 3 * DAY_MS, 0],
  ['it waited three days to begin', 3 * DAY_MS, 0, 0],
  ['nothing waited', 0, 0, 0],
  ['the clock is two hours behind', 0, 0, -2 * HOUR_MS],
  ['the clock is two hours ahead', 0, 3 * DAY_MS, 2 * HOUR_MS],
] as const)('an activity’s clock is not misjudged when %s', (_, beforeMs, afterMs, skewMs) => {
  const context = contextAt(START);
  const run = new LifecycleRun(carriedOf(factsOf(3)), context);
  run.begin(LOAD);
  context.at += beforeMs;
  const readAt = context.at + skewMs;
  context.at += afterMs;
  run.accept(LOAD, result(factsOf(3), 'done', readAt));
  const believed = run.now() - context.at;
  // Within the wait no one can tell; it is never taken for a clock that is behind.
  expect(believed).toBe(skewMs > 0 && readAt < context.at ? 0 : skewMs);
});

test('a run of before goes on as it was recorded', () => {
  const context = contextAt(START, false);
  const run = new LifecycleRun(carriedOf(factsOf(3)), context);
  run.begin(LOAD);
  context.at += 3 * DAY_MS;
  run.accept(LOAD, result(factsOf(3), 'done', START));
  expect(run.now()).toBe(START);
});

test('a report of the current version leads to a recovery about it', () => {
  const run = new LifecycleRun(carriedOf(factsOf(3)), contextAt(START));
  run.askRecovery(report(3, 460));
  expect(run.next()).toEqual(RECOVER);
  expect(run.begin(RECOVER)).toEqual({ rejection: report(3, 460), recheck: false });
});

test.each([
  ['an older version', report(2)],
  ['a version that never existed', report(9)],
])('a report of %s takes nothing from the one of the current version', (_, other) => {
  for (const order of [
    [report(3), other],
    [other, report(3)],
  ]) {
    const run = new LifecycleRun(carriedOf(factsOf(3)), contextAt(START));
    for (const rejection of order) run.askRecovery(rejection);
    if (run.next().type === 'load') {
      run.begin(LOAD);
      run.accept(LOAD, result(factsOf(3), 'done', START));
    }
    expect(run.next()).toEqual(RECOVER);
  }
});

test('of reports about versions that the run has not heard of, the one that turns out to be true is acted upon', () => {
  for (const order of [
    [2, 9, 1],
    [9, 1, 2],
    [1, 2, 9],
  ]) {
    const run = new LifecycleRun(undefined, contextAt(START));
    for (const version of order) run.askRecovery(report(version));
    run.begin(LOAD);
    run.accept(LOAD, result(factsOf(2), 'done', START));
    expect(run.next()).toEqual(RECOVER);
  }
});

test('a report that arrives while a recovery is under way is acted upon after the quiet time', () => {
  const context = contextAt(START);
  const run = new LifecycleRun(carriedOf(factsOf(3)), context);
  run.askRecovery(report(3));
  run.begin(RECOVER);
  run.askRecovery(report(3, 463));
  run.accept(RECOVER, result(factsOf(3), 'verified_ok', START));
  expect(run.next()).toEqual({ type: 'wait', until: START + 30 * SECOND_MS });
  context.at += 30 * SECOND_MS;
  expect(run.next()).toEqual(RECOVER);
});

test('a run that began before reports were kept drops it, as its history says', () => {
  const run = new LifecycleRun(carriedOf(factsOf(3)), contextAt(START, false));
  run.askRecovery(report(3));
  run.begin(RECOVER);
  run.askRecovery(report(3));
  run.accept(RECOVER, result(factsOf(3), 'verified_ok', START));
  expect(run.next()).toEqual({ type: 'wait', until: factsOf(3).expiresAt! - 14 * DAY_MS });
});

test('a recovery whose activity failed is tried again, about the same report', () => {
  const context = contextAt(START);
  const run = new LifecycleRun(carriedOf(factsOf(3)), context);
  run.askRecovery(report(3));
  run.begin(RECOVER);
  run.failed(RECOVER);
  expect(run.next()).toMatchObject({ type: 'wait' });
  context.at += 2 * MINUTE_MS;
  expect(run.next()).toEqual(RECOVER);
  expect(run.begin(RECOVER).rejection).toEqual(report(3));
});

test('what was asked outlives continue-as-new in the middle of a recovery', () => {
  const run = new LifecycleRun(carriedOf(factsOf(3)), contextAt(START));
  run.askRecovery(report(3));
  run.begin(RECOVER);
  run.messages = 500;
  expect(run.mustContinue()).toBe(true);
  run.abandon(RECOVER);
  const next = new LifecycleRun(run.carry(), contextAt(START));
  expect(next.next()).toEqual(RECOVER);
});

test('a recheck of a working connection is not waited for once it gave no clear answer', () => {
  const run = new LifecycleRun(carriedOf(factsOf(3)), contextAt(START));
  run.askRecheck();
  expect(run.begin(run.next())).toEqual({ rejection: null, recheck: true });
  run.accept(RECOVER, result(factsOf(3), 'undecided', START));
  expect(run.mayDecideBefore(START + DAY_MS)).toBe(false);
  expect(run.next().type).toBe('wait');
});

test('two clocks that disagree about what is due do not spin', () => {
  const run = new LifecycleRun(carriedOf(factsOf(3)), contextAt(START));
  run.askRefresh();
  expect(run.begin(run.next()).rejection).toBeNull();
  run.accept({ type: 'refresh', asked: true }, result(factsOf(3, { refreshAt: START }), 'not_due', START));
  expect(run.next()).toEqual({ type: 'wait', until: START + MINUTE_MS });
});

// The world around a run: a row that owners and refreshes move on, activities that take time, reports in any order.

type Happening =
  | { is: 'report'; version: 'older' | 'current' | 'next' | 'bogus' }
  | { is: 'activity_ends'; outcome: 'verified_ok' | 'undecided' | 'fails' }
  | { is: 'reconnect' }
  | { is: 'row_changed' }
  | { is: 'time'; ms: number }
  | { is: 'continue_as_new' };

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('report' as const),
      version: fc.constantFrom('older' as const, 'current' as const, 'next' as const, 'bogus' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('activity_ends' as const),
      outcome: fc.constantFrom('verified_ok' as const, 'undecided' as const, 'fails' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Happening>({ is: 'reconnect' }) },
  { weight: 1, arbitrary: fc.constant<Happening>({ is: 'row_changed' }) },
  { weight: 2, arbitrary: fc.nat(90_000).map<Happening>((ms) => ({ is: 'time', ms })) },
  { weight: 1, arbitrary: fc.constant<Happening>({ is: 'continue_as_new' }) },
);

class World {
  context = contextAt(START);
  run = new LifecycleRun(undefined, this.context);
  row = factsOf(1);
  /** Of the timer of a run that sleeps; null: it has none. */
  sleepsUntil: number | null | undefined;
  underWay: { action: Action; startedAt: number; facts: LifecycleFacts } | null = null;
  /** The newest true report of each version, and when the row was last probed because of it. */
  reports = new Map<number, number>();
  probes = new Map<number, number>();

  step(happening: Happening): void {
    switch (happening.is) {
      case 'report': {
        const { version } = this.row;
        const wanted = { older: version - 1, current: version, next: version + 1, bogus: version + 7 };
        const reported = wanted[happening.version];
        if (reported < 1) return;
        if (reported === version) this.reports.set(version, this.context.at);
        this.run.askRecovery(report(reported));
        return;
      }
      case 'activity_ends':
        return this.end(happening.outcome);
      case 'reconnect':
        this.row = factsOf(this.row.version + 1);
        return this.run.askRowChanged();
      case 'row_changed':
        return this.run.askRowChanged();
      case 'time':
        this.context.at += happening.ms;
        return;
      case 'continue_as_new':
        if (!this.run.facts) return;
        if (this.underWay) this.run.abandon(this.underWay.action);
        this.underWay = null;
        this.sleepsUntil = undefined;
        this.run = new LifecycleRun(JSON.parse(JSON.stringify(this.run.carry())), this.context);
    }
  }

  /** Begins what is due, as the workflow's loop does. */
  begin({ byTime = false } = {}): void {
    if (this.underWay || this.isAsleep(byTime)) return;
    if (this.run.mustContinue()) this.step({ is: 'continue_as_new' });
    const action = this.run.next();
    if (action.type === 'wait') this.sleepsUntil = action.until;
    if (action.type === 'wait' || action.type === 'end') return;
    this.sleepsUntil = undefined;
    this.run.begin(action);
    this.underWay = { action, startedAt: this.context.at, facts: this.row };
  }

  /** Temporal evaluates a sleeping run's conditions when something happens to it, not because time passes. */
  private isAsleep(byTime: boolean): boolean {
    const { run, sleepsUntil } = this;
    if (sleepsUntil === undefined) return false;
    if (!byTime && (run.hasWork() || run.isDueBefore(sleepsUntil))) return false;
    return sleepsUntil === null || this.context.at < sleepsUntil;
  }

  private end(outcome: 'verified_ok' | 'undecided' | 'fails'): void {
    if (!this.underWay) return;
    const { action, startedAt, facts } = this.underWay;
    this.underWay = null;
    if (outcome === 'fails') return this.run.failed(action);
    // The row as it was when it was read, which others may have changed since.
    if (action.type === 'load') return this.run.accept(action, result(facts, 'done', this.context.at));
    const isSame = facts.version === this.row.version;
    if (action.type === 'recover' && isSame) {
      this.probes.set(facts.version, startedAt);
      const undecided = outcome === 'undecided';
      this.row = undecided
        ? factsOf(facts.version, {
            state: 'recovering',
            recovery: {
              cause: 'rejection',
              returnTo: 'active',
              nextAttemptAt: this.context.at + MINUTE_MS,
              ownerAction: null,
            },
          })
        : factsOf(facts.version);
      return this.run.accept(action, result(this.row, outcome, this.context.at));
    }
    this.run.accept(action, result(this.row, isSame ? 'not_due' : 'moved_on', this.context.at));
  }
}

test('a true report of the current version is acted upon, whatever arrives in whatever interleaving', () => {
  fc.assert(
    fc.property(fc.array(happenings, { maxLength: 60 }), (order) => {
      const world = new World();
      world.begin();
      for (const happening of order) {
        world.step(happening);
        world.begin({ byTime: happening.is === 'time' });
      }
      // Then nothing more happens but time, and activities that succeed.
      for (let n = 0; n < 60; n++) {
        const wasUnderWay = world.underWay !== null;
        world.step({ is: 'activity_ends', outcome: 'verified_ok' });
        world.begin({ byTime: !wasUnderWay });
        world.step({ is: 'time', ms: MINUTE_MS });
        world.begin({ byTime: true });
      }
      const { version } = world.row;
      const reportedAt = world.reports.get(version);
      if (reportedAt !== undefined) expect(world.probes.get(version) ?? 0).toBeGreaterThanOrEqual(reportedAt);
      expect(world.run.next().type).toBe('wait');
    }),
    { numRuns: 3_000 },
  );
});

test('after a long outage of our own everything goes on within five minutes', () => {
  const context = contextAt(START);
  const run = new LifecycleRun(carriedOf(factsOf(3)), context);
  run.askRecovery(report(3));
  const waits: number[] = [];
  for (let failures = 0; failures < 20; failures++) {
    run.begin(RECOVER);
    run.failed(RECOVER);
    const next = run.next();
    expect(next.type).toBe('wait');
    const until = (next as Extract<Action, { type: 'wait' }>).until!;
    waits.push(until - context.at);
    context.at = until;
  }
  expect(waits.slice(0, 3)).toEqual([1, 2, 5].map((minutes) => minutes * MINUTE_MS));
  expect(Math.max(...waits)).toBe(5 * MINUTE_MS);
});
