import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../problems';

const WINDOW_SECONDS = 60;
const HOUR_SECONDS = 3_600;
/** Emails with a new link, per integration and hour, so that an old link cannot flood a mailbox. */
const NEW_LINKS_PER_HOUR = 3;

/** Limits per minute and process. */
export interface LimitSettings {
  /** Requests per API key. */
  requestsPerMinute: number;
  /** Failed authentications per address. */
  failuresPerMinute: number;
}

export type Limits = ReturnType<typeof createLimits>;

/** Rate limits. Failed authentications from an address do not affect valid keys from there. */
export function createLimits({ requestsPerMinute, failuresPerMinute }: LimitSettings) {
  const requests = new RateLimiterMemory({ points: requestsPerMinute, duration: WINDOW_SECONDS });
  const failures = new RateLimiterMemory({ points: failuresPerMinute, duration: WINDOW_SECONDS });
  const newLinks = new RateLimiterMemory({ points: NEW_LINKS_PER_HOUR, duration: HOUR_SECONDS });
  return {
    /** Whether another link may be emailed for the integration. */
    mayEmailLink: (integrationId: string) =>
      newLinks.consume(integrationId).then(
        () => true,
        () => false,
      ),
    /** Gives back the use of an email that was not sent. */
    refundEmailLink: (integrationId: string) => newLinks.reward(integrationId),
    /** @throws Problem 429 */
    countRequest: (keyId: string) =>
      take(requests, keyId, 'This API key sends too many requests. Slow down.'),
    /** @throws Problem 429 after too many failures */
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
