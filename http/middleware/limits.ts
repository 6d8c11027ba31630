import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../problems';

/** Whose limit was reached: `limitOf` of a problem document. */
export const LIMITED = [
  'key',
  'embed_token',
  'owner',
  'session',
  'address',
  'link',
  'service',
  'instagram',
] as const;
export type Limited = (typeof LIMITED)[number];

const WINDOW_SECONDS = 60;
const HOUR_SECONDS = 3_600;
/** Emails with a new link, per integration and hour, so that an old link cannot flood a mailbox. */
const NEW_LINKS_PER_HOUR = 3;

/** Limits per minute and process, documented in docs/configuration.md. */
export const LIMITS = {
  /** Requests per API key: `EVERGRANT_REQUESTS_PER_MINUTE`. */
  requestsPerMinute: 6_000,
  /** Invalid keys, invalid links and unknown rounds per address. */
  failuresPerMinute: 60,
  /** Requests of a page: per embed token, and of all embed tokens of one owner. */
  embedTokenPerMinute: 120,
  ownerPerMinute: 600,
  /** Requests of the console per session. */
  sessionPerMinute: 600,
  /** Requests per connect link, and of the rounds it began. */
  linkPerMinute: 30,
  /** Requests to `/connect/…` per address. */
  connectsPerMinute: 300,
};
export type LimitSettings = typeof LIMITS;

export type Limits = ReturnType<typeof createLimits>;

/**
 * Rate limits. Each is somebody's own: what a page does counts for its token and its owner, and not for the key of the
 * product's server, and wrong keys from an address hold up no valid key from there.
 */
export function createLimits(wanted: Partial<LimitSettings>) {
  const per = { ...LIMITS, ...wanted };
  const perMinute = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
  const requests = perMinute(per.requestsPerMinute);
  const failures = perMinute(per.failuresPerMinute);
  const embedTokens = perMinute(per.embedTokenPerMinute);
  const owners = perMinute(per.ownerPerMinute);
  const sessions = perMinute(per.sessionPerMinute);
  const links = perMinute(per.linkPerMinute);
  const connects = perMinute(per.connectsPerMinute);
  const newLinks = new RateLimiterMemory({ points: NEW_LINKS_PER_HOUR, duration: HOUR_SECONDS });
  const sends = (who: string, limit: number) => `${who} may send ${limit} requests a minute. Slow down.`;
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
      take(requests, keyId, 'key', sends('This API key', per.requestsPerMinute)),
    /** @param token names it @throws Problem 429 */
    async countEmbed(token: string, ownerRef: string): Promise<void> {
      await take(embedTokens, token, 'embed_token', sends('This embed token', per.embedTokenPerMinute));
      const detail = sends('The pages of this owner together', per.ownerPerMinute);
      await take(owners, ownerRef, 'owner', detail);
    },
    /** @throws Problem 429 */
    countSession: (sessionId: string) =>
      take(sessions, sessionId, 'session', sends('This console session', per.sessionPerMinute)),
    /** @throws Problem 429 */
    countConnect: (address: string) =>
      take(connects, address, 'address', sends('Your network', per.connectsPerMinute)),
    /** @param link names it @throws Problem 429 */
    countLink: (link: string) => take(links, link, 'link', sends('This link', per.linkPerMinute)),
    /** @throws Problem 429 after too many failures */
    countFailure: (address: string) =>
      take(failures, address, 'address', 'Too many invalid keys, links or sign-ins from this address.'),
  };
}

async function take(
  limiter: RateLimiterMemory,
  name: string,
  limitOf: Limited,
  detail: string,
): Promise<void> {
  try {
    await limiter.consume(name);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
    throw new Problem('rate_limited', detail, { limitOf }, { 'retry-after': String(seconds) });
  }
}
