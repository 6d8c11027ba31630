import {
  type Asked,
  type LifecycleFacts,
  NOTHING_ASKED,
  type Rejection,
  type StepResult,
} from '../core/lifecycle/facts';
import { type RecoverOutcome } from '../core/lifecycle/messages';
import { reportOf, withReport } from '../core/lifecycle/newer-reports';
import { type Action, nextAction } from '../core/lifecycle/next-action';
import { quietMs } from '../core/lifecycle/recovery-policy';
import { refreshableAt } from '../core/lifecycle/refresh-policy';
import { isUsable } from '../core/lifecycle/states';
import { urgencyOf } from '../core/lifecycle/urgency';
import { MINUTE_MS } from '../core/time';
import { ActivityClock } from './activity-clock';
import { Backoff } from './backoff';

/** What one run hands to the next. */
export interface CarriedState {
  facts: LifecycleFacts;
  asked: Asked;
  /** How far the activities' clock is ahead of the workflow's, in ms. */
  skewMs: number;
  quietUntil: number;
  falseAlarms: number;
  malformed: number;
}

/** What a run takes from Temporal. */
export interface RunContext {
  /** Workflow time, epoch ms. */
  now(): number;
  continueAsNewSuggested(): boolean;
  /** @see https://docs.temporal.io/develop/typescript/versioning */
  patched(id: string): boolean;
}

export type Decision = Exclude<RecoverOutcome, 'undecided' | 'not_yet'>;

/** A run receives no more messages than this: Temporal refuses every one after 10,000 signals. */
const MAX_MESSAGES = 500;

/** What one run of a lifecycle knows, and what was asked of it. Plain state: nothing here awaits. */
export class LifecycleRun {
  facts: LifecycleFacts | null;
  asked: Asked;
  /** Set when the run is about to continue as new: every waiting handler is released. */
  leaving = false;
  messages = 0;
  malformed: number;
  /** Counts decisions about refused tokens, so that a waiter recognises one that came after it. */
  decisions = 0;
  lastDecision: Decision = 'verified_ok';
  /** Counts recovery attempts, decided or not. */
  recoveries = 0;
  /** Counts refresh attempts, likewise. */
  refreshes = 0;
  lastRefresh: 'refreshed' | 'not_due' | 'refresh_failed' = 'not_due';

  private startVersion: number | null;
  private readonly clock: ActivityClock;
  private readonly backoff = new Backoff();
  private quietUntil: number;
  private falseAlarms: number;
  private rowMissing = false;
  /** The recovery under way, and the report that it is about. */
  private recovering: { rejection: Rejection | null } | null = null;

  constructor(
    carried: CarriedState | undefined,
    private readonly context: RunContext,
  ) {
    this.facts = carried?.facts ?? null;
    this.asked = carried?.asked ?? { ...NOTHING_ASKED, rowChanged: true };
    this.startVersion = carried?.facts.version ?? null;
    this.clock = new ActivityClock(context, carried?.skewMs ?? 0);
    this.quietUntil = carried?.quietUntil ?? 0;
    this.falseAlarms = carried?.falseAlarms ?? 0;
    this.malformed = carried?.malformed ?? 0;
  }

  /** Epoch ms by the activities' clock, by which every instant in the facts was measured. */
  now(): number {
    return this.clock.now();
  }

  next(): Action {
    if (!this.facts) return this.rowMissing ? { type: 'end' } : (this.waits() ?? { type: 'load' });
    const action = this.nextUnlessQuiet(this.facts);
    if (action.type === 'wait' || action.type === 'end') return action;
    return this.waits() ?? action;
  }

  hasWork(): boolean {
    return this.isFull() || this.next().type !== 'wait';
  }

  /** Whether a message made something due before `until`, to which the run sleeps (null: without end). */
  isDueBefore(until: number | null): boolean {
    const action = this.next();
    return action.type === 'wait' && (action.until ?? Infinity) < (until ?? Infinity);
  }

  /** One run is one token version. */
  mustContinue(): boolean {
    return (
      this.isFull() ||
      (this.facts !== null && this.startVersion !== null && this.facts.version !== this.startVersion)
    );
  }

  /** Whether the row should be read now, even while something else is under way. */
  wantsLoad(): boolean {
    return this.asked.rowChanged && this.waits() === null;
  }

  /** Whether what was asked meanwhile is more urgent than an action that may still wait in the queue. */
  hasMoreUrgent(action: Action): boolean {
    if (!this.facts || action.type === 'recover' || action.type === 'expire') return false;
    const next = this.next();
    if (next.type !== 'recover' && next.type !== 'refresh') return false;
    const now = this.now();
    return urgencyOf(next, this.facts, now) < urgencyOf(action, this.facts, now);
  }

  /** Whether a recovery under way may still be decided before `deadline` (by the activities' clock). */
  mayDecideBefore(deadline: number): boolean {
    return this.facts?.state === 'recovering' && (this.facts.recovery?.nextAttemptAt ?? 0) < deadline;
  }

  /** Whether a recovery does nothing for so long, unless somebody asks for a check. */
  isResting(forMs: number): boolean {
    if (this.facts?.state !== 'recovering' || this.recovering || this.asked.recheck) return false;
    return !this.asked.rowChanged && !this.mayDecideBefore(this.now() + forMs);
  }

  /** Whether a recovery is under way, or about to begin. */
  isRecovering(): boolean {
    return this.recovering !== null || this.asked.rejection !== null || this.facts?.state === 'recovering';
  }

  /** A probe showed a moment ago that the token works. */
  isQuiet(): boolean {
    return this.now() < this.quietUntil;
  }

  askRowChanged(): void {
    this.asked.rowChanged = true;
    this.backoff.ask();
  }

  askRefresh(): void {
    const { facts } = this;
    if (!facts || !isUsable(facts.state) || this.now() < refreshableAt(facts.issuedAt)) return;
    this.asked.refresh = true;
    this.backoff.ask();
  }

  askRecheck(): void {
    this.asked.recheck = true;
    this.backoff.ask();
  }

  /** A report of a refused call. Of the current version it is kept until acted upon; an older one is over. */
  askRecovery(rejection: Rejection): void {
    const { facts, asked, recovering } = this;
    if (!facts || rejection.version > facts.version) {
      asked.newer = withReport(asked.newer, rejection);
      return this.askRowChanged();
    }
    if (rejection.version < facts.version || (!recovering && !isUsable(facts.state))) return;
    // Runs of before dropped a report that met a recovery under way or a quiet time.
    if ((recovering || this.isQuiet()) && !this.context.patched('keep-every-report')) return;
    asked.rejection = rejection;
    this.backoff.ask();
  }

  /** What an action is about to deal with is no longer asked; what arrives meanwhile is. */
  begin(action: Action): { rejection: Rejection | null; recheck: boolean } {
    const { rejection, recheck } = this.asked;
    this.backoff.begin();
    this.clock.begin(action.type);
    if (action.type === 'load') this.asked.rowChanged = false;
    if (action.type !== 'recover') return { rejection: null, recheck: false };
    this.recovering = { rejection };
    this.asked.rejection = null;
    return { rejection, recheck };
  }

  accept(action: Action, { facts, outcome, now }: StepResult): void {
    this.clock.set(action.type, now);
    this.backoff.succeeded();
    const before = this.facts;
    this.facts = facts;
    if (!facts) {
      this.rowMissing = true;
      return this.decide('expired');
    }
    this.startVersion ??= facts.version;
    if (action.type === 'refresh') {
      this.asked.refresh = false;
      this.refreshes += 1;
      this.lastRefresh = outcome === 'refreshed' || outcome === 'not_due' ? outcome : 'refresh_failed';
      // Two clocks that disagree must not spin.
      if (outcome === 'not_due') this.backoff.waitUntil(this.now() + MINUTE_MS);
    }
    if (action.type === 'recover') {
      this.recovering = null;
      this.recoveries += 1;
      this.asked.recheck = false;
    }
    if (outcome === 'verified_ok') {
      this.falseAlarms += 1;
      this.quietUntil = this.now() + quietMs(this.falseAlarms);
    }
    if (outcome === 'verified_ok' || outcome === 'refreshed' || outcome === 'expired') this.decide(outcome);
    if (before && before.version !== facts.version) this.forgetVersion(outcome);
    this.takeNewerReports(facts);
    if (facts.state === 'disconnected') this.decide('expired');
    if (facts.state === 'recovering' || facts.state === 'expired') this.asked.refresh = false;
    if (facts.state === 'expired' || facts.state === 'disconnected') this.asked.rejection = null;
  }

  /** An activity gave up altogether (database or worker failure): wait, longer each time, and try again. */
  failed(action: Action): void {
    this.abandon(action);
    this.backoff.failed(this.now());
  }

  /** An action is left without its result: what it was to deal with is still to be done. */
  abandon(action: Action): void {
    if (action.type === 'load') this.asked.rowChanged = true;
    if (action.type !== 'recover') return;
    this.asked.rejection ??= this.recovering?.rejection ?? null;
    this.recovering = null;
  }

  carry(): CarriedState {
    if (!this.facts) throw new Error('A run without facts has nothing to carry.');
    const { facts, asked, clock, quietUntil, falseAlarms, malformed } = this;
    return { facts, asked, skewMs: clock.aheadMs, quietUntil, falseAlarms, malformed };
  }

  private isFull(): boolean {
    return this.messages >= MAX_MESSAGES || this.context.continueAsNewSuggested();
  }

  /** A report within the quiet time is acted upon when that is over. */
  private nextUnlessQuiet(facts: LifecycleFacts): Action {
    const { asked } = this;
    if (!asked.rejection || !this.isQuiet()) return nextAction(facts, asked, this.now());
    const action = nextAction(facts, { ...asked, rejection: null }, this.now());
    if (action.type !== 'wait' || !isUsable(facts.state)) return action;
    return { type: 'wait', until: Math.min(action.until ?? Infinity, this.quietUntil) };
  }

  /** Reports of versions that the run had not heard of, now that the row was read. */
  private takeNewerReports(facts: LifecycleFacts): void {
    const { newer } = this.asked;
    if (!newer) return;
    const report = reportOf(newer, facts.version);
    if (report === 'unknown') this.asked.recheck = true;
    else if (report && isUsable(facts.state)) this.asked.rejection = report;
    // What the row does not know although it was read since the report never existed.
    if (newer.highest.version <= facts.version || !this.asked.rowChanged) this.asked.newer = null;
  }

  private forgetVersion(outcome: string): void {
    this.asked.rejection = null;
    this.quietUntil = 0;
    this.falseAlarms = 0;
    if (outcome !== 'refreshed') this.decide('stale_version');
  }

  private decide(decision: Decision): void {
    this.decisions += 1;
    this.lastDecision = decision;
  }

  private waits(): Action | null {
    return this.backoff.wait(this.now());
  }
}
