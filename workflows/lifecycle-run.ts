import { workflowInfo } from '@temporalio/workflow';
import { type Asked, type LifecycleFacts, NOTHING_ASKED, type Rejection } from '../core/lifecycle/facts';
import { type Action, nextAction } from '../core/lifecycle/next-action';
import { quietMs } from '../core/lifecycle/recovery-policy';
import { MINIMUM_REFRESH_AGE_MS, ladderDelayMs } from '../core/lifecycle/refresh-policy';
import { isUsable } from '../core/lifecycle/states';
import { type StepResult } from '../core/lifecycle/steps';
import { DAY_MS, MINUTE_MS } from '../core/time';
import { type RecoverOutcome } from './messages';

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

export type Decision = Exclude<RecoverOutcome, 'undecided' | 'not_yet'>;

/** A run takes no more than this many messages: Temporal refuses every one after 10,000 signals. */
const MAX_MESSAGES = 500;

/** What one run of a lifecycle knows, and what was asked of it. Everything here is plain state; nothing awaits. */
export class LifecycleRun {
  facts: LifecycleFacts | null;
  asked: Asked;
  /** Set when the run is about to continue as new: whoever waits is released. */
  leaving = false;
  messages = 0;
  malformed: number;
  /** Counts decisions about refused tokens, so that a waiter knows one that came after it. */
  decisions = 0;
  lastDecision: Decision = 'verified_ok';
  /** Counts looks at a refused token, decided or not. */
  looks = 0;
  /** Counts refresh attempts, likewise. */
  refreshes = 0;
  lastRefresh: 'refreshed' | 'not_due' | 'refresh_failed' = 'not_due';

  private startVersion: number | null;
  private skewMs: number;
  private quietUntil: number;
  private falseAlarms: number;
  private failures = 0;
  private holdUntil = 0;
  private nudged = false;
  /** There is no such row. */
  private gone = false;

  constructor(carried: CarriedState | undefined) {
    this.facts = carried?.facts ?? null;
    this.asked = carried?.asked ?? { ...NOTHING_ASKED, rowChanged: true };
    this.startVersion = carried?.facts.version ?? null;
    this.skewMs = carried?.skewMs ?? 0;
    this.quietUntil = carried?.quietUntil ?? 0;
    this.falseAlarms = carried?.falseAlarms ?? 0;
    this.malformed = carried?.malformed ?? 0;
  }

  /** Epoch ms by the activities' clock, by which every instant in the facts was measured. */
  now(): number {
    return Date.now() + this.skewMs;
  }

  next(): Action {
    if (!this.facts) return this.gone ? { type: 'end' } : (this.held() ?? { type: 'load' });
    const action = nextAction(this.facts, this.asked, this.now());
    if (action.type === 'wait' || action.type === 'end') return action;
    return this.held() ?? action;
  }

  hasWork(): boolean {
    return this.isFull() || this.next().type !== 'wait';
  }

  isFull(): boolean {
    return this.messages >= MAX_MESSAGES || workflowInfo().continueAsNewSuggested;
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
    return this.asked.rowChanged && this.held() === null;
  }

  /** Whether a recovery under way may still be decided before `deadline` (by the activities' clock). */
  mayDecideBefore(deadline: number): boolean {
    return (this.facts?.recovery?.nextAttemptAt ?? 0) < deadline;
  }

  isQuiet(): boolean {
    return this.now() < this.quietUntil;
  }

  askRowChanged(): void {
    this.asked.rowChanged = true;
    this.nudged = true;
  }

  askRefresh(): void {
    const { facts } = this;
    if (!facts || !isUsable(facts.state) || this.now() < (facts.issuedAt ?? 0) + MINIMUM_REFRESH_AGE_MS)
      return;
    this.asked.refresh = true;
    this.nudged = true;
  }

  askRecheck(): void {
    this.asked.recheck = true;
    this.nudged = true;
  }

  /** A newer version than ours means that the row moved on: look into it once that is read. An older one is over. */
  askRecovery(rejection: Rejection): void {
    const { facts } = this;
    if (!facts || rejection.version > facts.version) {
      this.asked.rejection = rejection;
      return this.askRowChanged();
    }
    if (rejection.version < facts.version || !isUsable(facts.state) || this.isQuiet()) return;
    this.asked.rejection = rejection;
    this.nudged = true;
  }

  /** What an action is about to deal with is not asked any more; what arrives meanwhile is. */
  begin(action: Action): void {
    this.nudged = false;
    if (action.type === 'load') this.asked.rowChanged = false;
  }

  accept(action: Action, { facts, outcome, now }: StepResult): void {
    this.skewMs = now - Date.now();
    this.failures = 0;
    this.holdUntil = 0;
    const before = this.facts;
    this.facts = facts;
    if (!facts) {
      this.gone = true;
      return this.decide('expired');
    }
    this.startVersion ??= facts.version;
    if (action.type === 'refresh') {
      this.asked.refresh = false;
      this.refreshes += 1;
      this.lastRefresh = outcome === 'refreshed' || outcome === 'not_due' ? outcome : 'refresh_failed';
      // Two clocks that disagree must not spin.
      if (outcome === 'not_due') this.holdUntil = this.now() + MINUTE_MS;
    }
    if (action.type === 'recover') {
      this.looks += 1;
      this.asked.rejection = null;
      this.asked.recheck = false;
    }
    if (outcome === 'verified_ok') {
      this.falseAlarms += 1;
      this.quietUntil = this.now() + quietMs(this.falseAlarms);
    }
    if (outcome === 'verified_ok' || outcome === 'refreshed' || outcome === 'expired') this.decide(outcome);
    if (before && before.version !== facts.version) this.forgetVersion(outcome);
    if (facts.state === 'disconnected') this.decide('expired');
    if (facts.state === 'recovering' || facts.state === 'expired') this.asked.refresh = false;
  }

  /** An activity gave up altogether (database or worker trouble): wait, longer each time, and try again. */
  failed(action: Action): void {
    if (action.type === 'load') this.asked.rowChanged = true;
    this.failures += 1;
    this.holdUntil = this.now() + ladderDelayMs(this.failures, 8 * DAY_MS, 0.5);
  }

  carry(): CarriedState {
    if (!this.facts) throw new Error('A run without facts has nothing to carry.');
    const { facts, asked, skewMs, quietUntil, falseAlarms, malformed } = this;
    return { facts, asked, skewMs, quietUntil, falseAlarms, malformed };
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

  /** After trouble the next try waits, unless somebody has asked since. */
  private held(): Action | null {
    return !this.nudged && this.now() < this.holdUntil ? { type: 'wait', until: this.holdUntil } : null;
  }
}
