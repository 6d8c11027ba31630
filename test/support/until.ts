import { setTimeout as pause } from 'node:timers/promises';

interface Patience {
  timeoutMs?: number;
  everyMs?: number;
  /** For the error: "until <what>". */
  what?: string;
}

/**
 * Waits until the condition gives a truthy value, and returns that value.
 * It may throw while things are still settling; after the deadline the last error is the cause of ours.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 20, what = condition.toString() }: Patience = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let problem: unknown;
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms in vain until ${what}`, { cause: problem });
    await pause(everyMs);
  }
}
