import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../problems';

const WINDOW_SECONDS = 60;
const HOUR_SECONDS = 3_600;
/** Mails with a new link, per integration and hour: whoever holds an old link must not fill a mailbox. */
const NEW_LINKS_PER_HOUR = 3;

/** How much one caller may ask for in a minute, in each process. */
export interface LimitSettings {
  /** Requests per key. */
  requestsPerMinute: number;
  /** Keys and sign-ins per address that were wrong. */
  failuresPerMinute: number;
}

export type Limits = ReturnType<typeof createLimits>;

/** Counts what callers ask for. What a right key asks for is never held up by the wrong ones from its address. */
export function createLimits({ requestsPerMinute, failuresPerMinute }: LimitSettings) {
  const requests = new RateLimiterMemory({ points: requestsPerMinute, duration: WINDOW_SECONDS });
  const failures = new RateLimiterMemory({ points: failuresPerMinute, duration: WINDOW_SECONDS });
  const newLinks = new RateLimiterMemory({ points: NEW_LINKS_PER_HOUR, duration: HOUR_SECONDS });
  return {
    /** Whether one more link may be mailed for an integration. */
    mayEmailLink: (integrationId: string) =>
      newLinks.consume(integrationId).then(
        () => true,
        () => false,
      ),
    /** A mail that was not sent does not count. */
    refundEmailLink: (integrationId: string) => newLinks.reward(integrationId),
    /** @throws Problem 429 */
    countRequest: (keyId: string) =>
      take(requests, keyId, 'This API key sends too many requests. Slow down.'),
    /** @throws Problem 429 once there were too many */
    countFailure: (address: string) => take(failures, address, 'Too many invalid keys from this address.'),
  };
}

async function take(limiter: RateLimiterMemory, key: string, detail: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw new Problem('rate_limited', detail, {}, { 'retry-after': String(seconds) });
  }
}
