import { DAY_MS, MINUTE_MS } from '../time';

/** Calls are counted by so long. */
export const CALLS_EVERY_MS = 5 * MINUTE_MS;
/** The calls that the status is judged by: those of so long, or the newest of a day. */
const RECENT_MS = 15 * MINUTE_MS;
export const JUDGED_MS = DAY_MS;
/** Single calls fail on the best of days. */
const DEGRADED_SHARE = 0.05;
const DOWN_SHARE = 0.5;
const DOWN_CALLS = 3;

export type ProviderHealth = 'ok' | 'degraded' | 'down';

/** Calls within five minutes. `unanswered`: no answer came, or one that means "try again later". */
export interface CallCount {
  /** Epoch ms of its start. */
  at: number;
  answered: number;
  unanswered: number;
}

export interface ProviderFacts {
  /** Connections whose last refresh or check failed for want of an answer, and since when the first of them does. */
  failing: { count: number; since: number | null };
  /** When the oldest open incident began; null: none is open. */
  incidentSince: number | null;
  /** Of the last day, newest first. */
  calls: readonly CallCount[];
}

export interface ProviderStatus {
  status: ProviderHealth;
  /** Epoch ms; null while it is `ok`. */
  since: number | null;
  failing: number;
  /** Of the most recent calls, the share that was not answered: 0 to 1; null: no calls in a day. */
  failedShare: number | null;
}

/** How well Instagram answers, by what calls and connections met. */
export function providerStatus(
  { failing, incidentSince, calls }: ProviderFacts,
  now: number,
): ProviderStatus {
  const recent = recentCalls(calls, now);
  const total = recent.reduce((sum, { answered, unanswered }) => sum + answered + unanswered, 0);
  const failed = recent.reduce((sum, { unanswered }) => sum + unanswered, 0);
  const failedShare = total === 0 ? null : failed / total;
  const share = failedShare ?? 0;
  const isDown = incidentSince !== null || (share >= DOWN_SHARE && total >= DOWN_CALLS);
  // One failed call of a few is a blip, unless a connection depends on it.
  const isDegraded = failing.count > 0 || (share >= DEGRADED_SHARE && failed > 1);
  if (!isDown && !isDegraded) return { status: 'ok', since: null, failing: 0, failedShare };
  const starts = [failing.since, incidentSince, failingSince(calls)].filter((at) => at !== null);
  return {
    status: isDown ? 'down' : 'degraded',
    since: starts.length === 0 ? now : Math.min(...starts),
    failing: failing.count,
    failedShare,
  };
}

function recentCalls(calls: readonly CallCount[], now: number): readonly CallCount[] {
  const recent = calls.filter(({ at }) => at + CALLS_EVERY_MS > now - RECENT_MS);
  return recent.length > 0 ? recent : calls.slice(0, 1);
}

/** How well Instagram answered within one count. */
export function healthOfCalls(count: CallCount): ProviderHealth {
  const share = shareOf(count);
  if (count.unanswered >= DOWN_CALLS && share >= DOWN_SHARE) return 'down';
  return count.unanswered > 1 && share >= DEGRADED_SHARE ? 'degraded' : 'ok';
}

/** The start of the unbroken run of counts with failures that ends with the newest; null: it has none. */
function failingSince(calls: readonly CallCount[]): number | null {
  const end = calls.findIndex((one) => shareOf(one) < DEGRADED_SHARE);
  const failing = end === -1 ? calls : calls.slice(0, end);
  return failing.at(-1)?.at ?? null;
}

function shareOf({ answered, unanswered }: CallCount): number {
  return unanswered / Math.max(1, answered + unanswered);
}
