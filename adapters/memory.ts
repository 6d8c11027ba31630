/** What was found a moment ago, by name. */
export interface Memory<T> {
  recall(name: string): T | undefined;
  remember(name: string, value: T): void;
}

/**
 * Remembers values for a time, the newest `max` of them. None stays in memory for much longer than `forMs`.
 * @param now ms by a clock that never goes back
 */
export function createMemory<T>({
  forMs,
  max,
  now,
}: {
  forMs: number;
  max: number;
  now: () => number;
}): Memory<T> {
  // In order of age, as maps keep their entries.
  const entries = new Map<string, { value: T; until: number }>();

  let sweeping: NodeJS.Timeout | undefined;

  function drop(at: number): void {
    for (const [name, { until }] of entries) {
      if (until > at && entries.size < max) return;
      entries.delete(name);
    }
  }

  function sweep(): void {
    sweeping = undefined;
    drop(now());
    if (entries.size > 0) sweepLater();
  }

  function sweepLater(): void {
    sweeping ??= setTimeout(sweep, forMs).unref();
  }

  return {
    recall(name) {
      const entry = entries.get(name);
      return entry && entry.until > now() ? entry.value : undefined;
    },
    remember(name, value) {
      const at = now();
      drop(at);
      entries.delete(name);
      entries.set(name, { value, until: at + forMs });
      sweepLater();
    },
  };
}
