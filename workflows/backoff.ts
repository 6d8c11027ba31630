import { type Action } from '../core/lifecycle/next-action';
import { ladderDelayMs } from '../core/lifecycle/refresh-policy';
import { DAY_MS, MINUTE_MS } from '../core/time';

/** What failed is ours, a database that is away say: once it is back, everything goes on within this. */
const LONGEST_MS = 5 * MINUTE_MS;

/** The wait after an action that failed altogether, longer each time. What is asked meanwhile ends it. */
export class Backoff {
  private failures = 0;
  private until = 0;
  private isAsked = false;

  failed(now: number): void {
    this.failures += 1;
    this.until = now + Math.min(ladderDelayMs(this.failures, 8 * DAY_MS, 0.5), LONGEST_MS);
  }

  succeeded(): void {
    this.failures = 0;
    this.until = 0;
  }

  waitUntil(at: number): void {
    this.until = at;
  }

  /** Something was asked: it is not to wait for what failed before. */
  ask(): void {
    this.isAsked = true;
  }

  /** An action begins: what was asked before counts no more. */
  begin(): void {
    this.isAsked = false;
  }

  /** @returns null: nothing is waited for */
  wait(now: number): Action | null {
    return !this.isAsked && now < this.until ? { type: 'wait', until: this.until } : null;
  }
}
