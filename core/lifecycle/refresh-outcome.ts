import { type Change, andThen } from './change';
import { recoveryBegun, refreshFailed, refreshPostponed } from './changes';
import { type Connection } from './connection';
import { type RefreshResult, type Refusal, ownError } from './evidence';
import { type LastError, type Outcome } from './facts';
import { throttledDelayMs, unsupportedDelayMs } from './refresh-policy';
import { MINUTE_MS } from '../time';

/** A refresh by plan, ladder or request, also one whose token could not be opened or sealed. */
export type AttemptResult = RefreshResult | { is: 'sealing_failed'; lastError: LastError };

/**
 * What a refresh attempt changes. A failure puts the connection on the ladder while its token stays in use; a refusal
 * of the token itself also begins a recovery. Null: the refreshed token is in use already.
 */
export function afterRefresh(
  was: Connection,
  result: AttemptResult,
  now: number,
  random: number,
): { change: Change | null; outcome: Outcome } {
  const failed = (lastError: LastError, delayMs: number | null = null) => ({
    change: refreshFailed(was, lastError, now, random, delayMs),
    outcome: 'refresh_failed' as const,
  });
  switch (result.is) {
    case 'refreshed':
      return { change: null, outcome: 'refreshed' };
    case 'too_young':
      return { change: refreshPostponed(result.notBefore, 'active'), outcome: 'not_due' };
    case 'under_way':
      return { change: refreshPostponed(Math.max(result.until, now + MINUTE_MS)), outcome: 'refresh_failed' };
    case 'unproven':
      return failed(ownError('unproven', 'The refreshed token is not verified yet.', now));
    case 'useless':
      return failed(ownError('useless_answer', 'Instagram returned a token that does not work.', now));
    case 'sealing_failed':
      return failed(result.lastError);
    case 'failed': {
      const { refusal } = result;
      const waiting = failed(refusal.lastError, delayOf(refusal, (was.expiresAt ?? 0) - now));
      if (!isAboutTheToken(refusal)) return waiting;
      // On the ladder all the same: should the token live after all, the next attempt keeps its place.
      const change = andThen(waiting.change, was, (then) => doubted(then, refusal, now));
      return { change, outcome: 'refresh_failed' };
    }
  }
}

/** A clear refusal is itself this version's one recovery refresh: what is left is to probe whether the token works. */
function doubted(was: Connection, refusal: Refusal, now: number): Change {
  const { code, subcode, failure } = refusal;
  const { set, events } = recoveryBegun(was, { code: code ?? 190, subcode, source: 'refresh' }, now);
  const isUsed = failure.class === 'terminal';
  return { set: { ...set, ...(isUsed && { recoveryRefreshVersion: was.version }) }, events };
}

function isAboutTheToken({ failure }: Refusal): boolean {
  return ['terminal', 'ambiguous', 'owner_action'].includes(failure.class);
}

/** How long the refusal itself says to wait, in ms; null: the ladder decides. */
function delayOf({ failure, retryAfterMs }: Refusal, remainingMs: number): number | null {
  if (failure.class === 'throttled') return throttledDelayMs(retryAfterMs, remainingMs);
  return failure.problem === 'refresh_unsupported' ? unsupportedDelayMs(remainingMs) : null;
}
