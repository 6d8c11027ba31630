/**
 * Reads again only when the last answer is older than `forMs`: many who ask at once share one reading, and its failure.
 * @param now a clock in ms that is never set back
 */
export function held<T>(
  read: () => Promise<T>,
  forMs: number,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let last: { at: number; answer: Promise<T> } | null = null;
  return () => {
    if (!last || now() - last.at >= forMs) last = { at: now(), answer: read() };
    return last.answer;
  };
}
