/** Where the service takes the time from. A sandbox gives its own; nothing else reads the machine's clock. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
