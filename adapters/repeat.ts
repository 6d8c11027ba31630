/**
 * Does something every so often, never twice at once, and without keeping the process alive for it.
 * @param work reports its failures itself
 * @returns stops it
 */
export function repeat(everyMs: number, work: () => Promise<void>): () => void {
  let isUnderWay = false;
  const timer = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    void work().finally(() => (isUnderWay = false));
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
