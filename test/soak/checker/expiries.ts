import { type Call } from '../journal';
import { type Span, type Token, type Truth } from './truth';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long before its end a token is refreshed, and, of a paused connection, saved. */
const WINDOW_MS = 14 * DAY_MS;
const PAUSED_WINDOW_MS = 3 * DAY_MS;
/** With less time than this in the whole window in which a refresh could have worked, it could not be kept. */
const ENOUGH_MS = 24 * HOUR_MS;
/** An answer is stored within this, or its process has died. */
const STORING_MS = 10 * 60_000;

/** One entry into `expired`, as the service reported it. */
export interface Expiry {
  connection: string;
  at: number;
  reason: string | null;
  expiresAt: number;
}

export type Verdict =
  | { is: 'owner' }
  /** It could not have been kept. */
  | { is: 'lost'; cause: string }
  | { is: 'wrong'; why: string; wasAlive: boolean };

/** Whose doing it was that a connection expired. */
export function judgeExpiry(truth: Truth, expiry: Expiry): Verdict {
  const { connection, at, reason, expiresAt } = expiry;
  if (reason === 'deauthorized' && truth.wasRemoved(connection, at)) return { is: 'owner' };
  const token = truth.find(truth.accountOf.get(connection), expiresAt);
  if (!token) return { is: 'wrong', why: 'the provider never gave such a token', wasAlive: false };
  const death = truth.deathAt(token, at);
  if (death)
    return truth.isSuperseded(death) ? judgeLostAnswer(truth, token.refreshes.at(-1)!) : { is: 'owner' };
  const endsAt = Math.max(...token.expiries.filter((one) => one <= expiresAt + HOUR_MS));
  if (at >= endsAt) return judgeLifetime(truth, connection, token, endsAt);
  return { is: 'wrong', why: `its token is valid until ${iso(endsAt)}`, wasAlive: true };
}

/** The provider replaced the token, and the service has not got the new one. */
function judgeLostAnswer(truth: Truth, call: Call): Verdict {
  const died = truth.deathOf(call.process);
  if (call.endedAt === null) return { is: 'lost', cause: 'process killed while the answer was on its way' };
  if (!call.delivered) return { is: 'lost', cause: `answer lost (${call.fault ?? 'too slow'})` };
  if (died - call.endedAt < STORING_MS)
    return { is: 'lost', cause: 'process killed before the answer was stored' };
  return {
    is: 'wrong',
    why: `the answer of ${iso(call.at)} arrived, and its token was lost`,
    wasAlive: false,
  };
}

/** The lifetime ran out: was there a time in which a refresh could have worked? */
function judgeLifetime(truth: Truth, connection: string, token: Token, endsAt: number): Verdict {
  const window = { from: Math.max(endsAt - WINDOW_MS, token.issuedAt + DAY_MS), to: endsAt };
  const dead = token.deaths.map(({ from, to }) => ({ from, to }));
  const outages = truth.troubles(
    window,
    ...(['provider_down', 'temporal_down', 'workers_down', 'database_down', 'app_blocked'] as const),
  );
  const paused = truth
    .pauses(connection, window)
    .map(({ from, to }) => ({ from, to: Math.min(to, endsAt - PAUSED_WINDOW_MS) }));
  if (freeMs(window, dead) < ENOUGH_MS) return { is: 'owner' };
  const usableMs = freeMs(window, [...dead, ...outages, ...paused]);
  if (usableMs >= ENOUGH_MS)
    return {
      is: 'wrong',
      why: `it was not refreshed in ${Math.round(usableMs / HOUR_MS)} usable hours`,
      wasAlive: false,
    };
  const others = [dead.length > 0 && 'checkpoint', paused.length > 0 && 'pause'].filter(Boolean);
  return { is: 'lost', cause: ['outages over the whole window', ...others].join(' and ') };
}

/** How much of a span is outside all others. */
export function freeMs(span: Span, others: Span[]): number {
  let free = 0;
  let at = span.from;
  for (const { from, to } of [...others].sort((a, b) => a.from - b.from)) {
    free += Math.max(0, Math.min(from, span.to) - at);
    at = Math.max(at, to);
    if (at >= span.to) return free;
  }
  return free + Math.max(0, span.to - at);
}

const iso = (at: number): string => new Date(at).toISOString();
