import { ProviderError } from '../../adapters/instagram/provider-error';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { inWords } from '../../core/text/human-time';
import { type Io } from '../output/io';

/** Pauses between tries while an answer is unclear. */
const LADDER_MS = [1, 3, 10].map((seconds) => seconds * SECOND_MS);
/** So many rows in a row without a clear answer are no matter of theirs. */
const UNDECIDED_IN_A_ROW = 20;
/** A longer pause is not waited for. */
const MAX_WAIT_MS = 20 * MINUTE_MS;

/** Instagram answered nothing clear about a row. */
export class Undecided extends Error {
  override name = 'Undecided';
}

/** Asks Instagram for one row after the other, as long as it answers. */
export function createPatience(io: Io, stop: AbortSignal) {
  let undecided = 0;
  let waiting = 0;
  /** Why it makes no sense to go on; null: it does. */
  let hopeless: string | null = null;

  /**
   * @param call gets whether it is the last try
   * @throws Undecided, or what the call threw
   */
  async function ask<T>(call: (isLast: boolean) => Promise<T>): Promise<T> {
    let waitedMs = 0;
    for (let failures = 0; ;) {
      const isLast = failures >= LADDER_MS.length;
      try {
        const answer = await call(isLast);
        undecided = 0;
        return answer;
      } catch (error) {
        if (!(error instanceof ProviderError)) {
          undecided = 0;
          throw error;
        }
        if (error.failure.class === 'app_level')
          hopeless = 'Instagram refuses all requests of this app. See `npx evergrant doctor --provider`.';
        const isThrottled = error.failure.class === 'throttled';
        const pauseMs = Math.max(error.retryAfterMs ?? 0, LADDER_MS[failures] ?? SECOND_MS);
        if (!isThrottled) failures += 1;
        waitedMs += pauseMs;
        if (waitedMs > MAX_WAIT_MS)
          hopeless = `Instagram asks to wait ${inWords(pauseMs)} before the next call.`;
        if (stop.aborted || hopeless !== null || (isLast && !isThrottled)) break;
        waiting += 1;
        await io.pause(pauseMs, stop);
        waiting -= 1;
      }
    }
    undecided += 1;
    if (undecided >= UNDECIDED_IN_A_ROW) hopeless ??= 'Instagram does not answer.';
    throw new Undecided();
  }

  return { ask, isWaiting: () => waiting > 0, hopeless: () => hopeless };
}

export type Patience = ReturnType<typeof createPatience>;
