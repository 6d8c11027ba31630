import { type Clock, SECOND_MS } from '../clock';
import { refuse } from '../graph/errors';
import { type Account, type Mode } from '../world/state';

/** Calls per account and second, by the virtual clock. */
const PER_SECOND = { conversations: 2, sends: 100 } as const;
export type Rate = keyof typeof PER_SECOND;

export interface Rates {
  /** Counts a call; throws when there were too many within a second. A refused one counts too. */
  count(account: Account, rate: Rate): void;
  clear(): void;
}

/** @see https://developers.facebook.com/documentation/instagram-platform/overview */
export function createRates(clock: Clock, state: { mode: Mode }): Rates {
  const calls = new Map<string, number[]>();
  return {
    count({ id }, rate) {
      if (state.mode.limits === 'off') return;
      const key = `${rate}:${id}`;
      const now = clock.now();
      const recent = (calls.get(key) ?? []).filter((at) => at > now - SECOND_MS);
      calls.set(key, [...recent, now].slice(-PER_SECOND[rate]));
      if (recent.length >= PER_SECOND[rate]) throw refuse('calls_too_fast');
    },
    clear: () => calls.clear(),
  };
}
