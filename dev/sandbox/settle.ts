import { SECOND_MS } from '../../core/time';

const SETTLE_WITHIN_MS = 60 * SECOND_MS;
/** How long a signalled workflow has before it is signalled again. */
const SIGNAL_EVERY_MS = 1 * SECOND_MS;
const LOOK_EVERY_MS = 5;

/** What is due now by the sandbox's time, in workflows that sleep by the machine's. */
export interface Due {
  /** Of the workflows to signal. */
  ids: string[];
  /** Whether there is nothing to wait for. */
  isSettled: boolean;
  /** Epoch ms; Infinity: nothing is due later. */
  nextAt: number;
}

/**
 * Signals workflows with something due until all of it is done.
 * @param what for the error: `Deliveries`
 * @returns the next instant at which something is due, or Infinity
 */
export async function settle(
  what: string,
  look: () => Promise<Due>,
  signal: (id: string) => Promise<void>,
): Promise<number> {
  const deadline = Date.now() + SETTLE_WITHIN_MS;
  const signalledAt = new Map<string, number>();
  while (Date.now() < deadline) {
    const { ids, isSettled, nextAt } = await look();
    if (isSettled) return nextAt;
    for (const id of ids) {
      if (Date.now() - (signalledAt.get(id) ?? 0) < SIGNAL_EVERY_MS) continue;
      signalledAt.set(id, Date.now());
      await signal(id);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`${what} did not come to rest. Is the worker running?`);
}
