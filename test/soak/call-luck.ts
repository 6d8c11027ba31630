import { type FaultInput } from '../../simulator/index';
import { type Chance, chanceOf } from './chance';
import { type Fault } from './provider';
import { HOUR_MS } from '../../core/time';

/** A false refusal hits an account no more often than this: the next call is fine. */
const FALSE_REFUSAL_GAP_MS = 6 * HOUR_MS;

/** Faults of single calls by weight. */
export const FAULTS = {
  status_500: 10,
  status_502_html: 8,
  status_503: 8,
  code_1: 10,
  code_2: 12,
  lost_request: 8,
  timeout_before: 10,
  timeout_after: 10,
  lost_answer: 8,
  truncated: 8,
  html_200: 5,
  empty_200: 2,
  throttled_account: 3,
  throttled_account_retry_after: 2,
  throttled_app: 0.4,
  too_many_requests: 2,
  false_refusal: 6,
};

const error = (code: number, status = 400, more: object = {}): { fault: FaultInput } => ({
  fault: { status, error: { code, ...more } },
});
export const KINDS: Record<keyof typeof FAULTS, Omit<Fault, 'name'>> = {
  status_500: { fault: { status: 500 } },
  status_502_html: { fault: { status: 502, body: '<html><body>Bad Gateway</body></html>' } },
  status_503: { fault: { status: 503, body: '' } },
  code_1: error(1, 500),
  code_2: error(2, 500, { is_transient: true }),
  lost_request: { lose: { what: 'request', after: 'at_once' } },
  timeout_before: { lose: { what: 'request', after: 'timeout' } },
  timeout_after: { lose: { what: 'answer', after: 'timeout' } },
  lost_answer: { lose: { what: 'answer', after: 'at_once' } },
  truncated: { truncate: true },
  html_200: { fault: { status: 200, body: '<!doctype html><html><body>Sorry</body></html>' } },
  empty_200: { fault: { status: 200, body: '' } },
  throttled_account: error(17, 403),
  throttled_account_retry_after: { ...error(17, 403), retryAfter: '1200' },
  throttled_app: error(4, 403),
  too_many_requests: { fault: { status: 429, body: '{}' }, retryAfter: '90' },
  false_refusal: error(190, 400, { message: 'Error validating access token.' }),
};

/** One call, as luck depends on it. */
export interface CalledAt {
  path: string;
  account: string | null;
  /** Epoch ms. */
  at: number;
}

/** Where the luck of single calls comes from. */
export interface CallLuck {
  chance(call: CalledAt, of: 'fault' | 'latency'): Chance;
  mayRefuseFalsely(call: CalledAt): boolean;
  /** Whether something of ours may go away just when a token is being refreshed. */
  strikes: boolean;
}

/** Luck by the order of the calls: one sequence for all. */
export function luckInOrder(seed: number): CallLuck {
  const chance = chanceOf(seed, 'calls');
  const lastFalseRefusal = new Map<string, number>();
  return {
    chance: () => chance,
    mayRefuseFalsely({ account, at }) {
      if (account === null || at - (lastFalseRefusal.get(account) ?? -Infinity) < FALSE_REFUSAL_GAP_MS)
        return false;
      lastFalseRefusal.set(account, at);
      return true;
    },
    strikes: true,
  };
}
