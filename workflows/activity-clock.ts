import { MINUTE_MS } from '../core/time';

/** The activities' clock, by which every instant in a row was measured, as far as a run can know it. */
export class ActivityClock {
  private readonly begunAt = new Map<string, number>();

  /** @param aheadMs how far it is ahead of the workflow's clock */
  constructor(
    private readonly context: { now(): number; patched(id: string): boolean },
    public aheadMs: number,
  ) {}

  /** Epoch ms. */
  now(): number {
    return this.context.now() + this.aheadMs;
  }

  /** An activity is asked for. */
  begin(kind: string): void {
    this.begunAt.set(kind, this.context.now());
  }

  /**
   * Sets the clock by the instant that an activity read on it. That it was read some time before its result arrived, days
   * if no worker ran meanwhile, is no difference between the clocks.
   */
  set(kind: string, readAt: number): void {
    const arrivedAt = this.context.now();
    const aheadMs = readAt - arrivedAt;
    const lastedMs = arrivedAt - (this.begunAt.get(kind) ?? arrivedAt);
    const waitedMs = Math.min(lastedMs, Math.max(0, -aheadMs));
    // Runs of before took the wait for a difference. A short one changes nothing.
    const counts = waitedMs >= MINUTE_MS && this.context.patched('a-wait-is-no-skew');
    this.aheadMs = counts ? aheadMs + waitedMs : aheadMs;
  }
}
