import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { reasonOf } from '../adapters/error-reason';
import { type Logger } from '../adapters/logger';
import { type Counters } from '../adapters/metrics';
import { type Outcome } from '../adapters/postgres/messages/received-messages';
import { type Refusal, saveCallbackTraffic } from '../adapters/postgres/messages/callback-traffic';
import { thinOut } from '../adapters/thin-out';
import { SECOND_MS } from '../core/time';

/** Accepted and refused deliveries are each written at most so often, after two at once. */
const WRITE_EVERY_MS = 20 * SECOND_MS;
const WRITES_AT_ONCE = 2;
/** Names that may become labels of a metric: of the many that Meta could send, those we know of. */
const KNOWN_KINDS =
  /^(comments|live_comments|mentions|story_insights|messaging_\w{1,30}|message\w{0,20}|postback|reaction|referral|read|echo|edit|unsend|optin|delivery|standby|changes|object|entry|pass_thread_control|take_thread_control|request_thread_control|app_roles|response_feedback)(\.(mid|sender))?$/;

type CallbackOutcome = Outcome | 'unknown_shape' | 'unreadable' | Refusal;

interface Deps {
  pool: Pool;
  clock: Clock;
  logger: Logger;
  counters: Counters;
}

/**
 * Keeps track of what Instagram delivers and what becomes of it: as a metric, in the log, and in the database, where all
 * processes see it. Never throws.
 */
export function createCallbackTraffic({ pool, clock, logger, counters }: Deps, appId: string) {
  const thinned = thinOut(clock.now);
  const count = (outcome: CallbackOutcome, kind: string) => {
    counters.callback(outcome, KNOWN_KINDS.test(kind) ? kind : 'other');
    const repeated = thinned(`${outcome} ${kind}`);
    if (repeated === null) return;
    const line = { outcome, kind: kind.slice(0, 60), ...(repeated > 0 && { repeated }) };
    if (outcome === 'taken' || outcome === 'duplicate' || outcome === 'ignored')
      logger.debug(line, 'item of a webhook delivery');
    else logger.warn(line, 'a webhook delivery, or a part of one, was not taken');
  };

  const write = (seen: { acceptedAt?: number; refusedAt?: number; refusedWhy?: Refusal }) =>
    saveCallbackTraffic(
      pool,
      appId,
      { acceptedAt: null, refusedAt: null, refusedWhy: null, ...seen },
      clock.now(),
    ).catch((error: unknown) =>
      logger.warn({ reason: reasonOf(error) }, 'the state of webhook deliveries was not saved'),
    );
  const saveAccepted = atMost(write);
  const saveRefused = atMost(write);

  return {
    /** A delivery that Instagram signed. @param parts what became of each part of it */
    async accepted(parts: readonly { outcome: CallbackOutcome; kind: string }[]): Promise<void> {
      for (const { outcome, kind } of parts) count(outcome, kind);
      await saveAccepted({ acceptedAt: clock.now() });
    },
    /** @param isReal whether it may be from Instagram: requests of just anyone are counted alone */
    async refused(why: Refusal, isReal = true): Promise<void> {
      count(why, 'delivery');
      if (!isReal) return;
      await saveRefused({ refusedAt: clock.now(), refusedWhy: why });
    },
  };
}

/** Writes the latest value, at once or a little later: how often is limited, and none is the last that is lost. */
function atMost<T>(write: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let left = WRITES_AT_ONCE;
  let waiting: { value: T } | null = null;
  const regain = () => {
    const next = waiting;
    waiting = null;
    if (next === null) left += 1;
    else void write(next.value).finally(later);
  };
  const later = () => void setTimeout(regain, WRITE_EVERY_MS).unref();
  return async (value) => {
    if (left === 0) return void (waiting = { value });
    left -= 1;
    later();
    await write(value);
  };
}
