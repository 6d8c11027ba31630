/**
 * Does something every so often, never twice at once, and without keeping the process alive for it.
 * @param work reports its failures itself
 * @returns stops it; resolves once what is under way has ended
 */
export function repeat(everyMs: number, work: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | null = null;
  const timer = setInterval(() => {
    underWay ??= work().finally(() => (underWay = null));
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
  };
}
