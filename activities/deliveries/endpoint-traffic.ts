import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { type DeliveryOutcome } from './delivery-outcome';

/** One endpoint takes up no more of a worker's places than this, however slow it is. */
const POSTS_AT_ONCE = 5;
/** When all of them are taken, the next delivery looks again after this. */
const LOOK_AGAIN_MS = 2 * SECOND_MS;
/** After so many posts in a row without an answer, an endpoint is asked once per rest. */
const SILENT_AFTER = 5;
const FIRST_REST_MS = 30 * SECOND_MS;
const LONGEST_REST_MS = 5 * MINUTE_MS;

interface Traffic {
  posts: number;
  /** Posts in a row without any answer. */
  silent: number;
  restsUntil: number;
}

/** What this process knows of endpoints that are being called, or that do not answer. */
const traffic = new Map<string, Traffic>();

/**
 * Whether an endpoint may be called now, which is then noted until `leaveEndpoint`. Other endpoints never wait for one
 * that is slow or silent.
 * @param now ms, of a clock that only runs on
 * @returns ms after which to ask again; 0: call it
 */
export function enterEndpoint(id: string, now: number, random: number): number {
  const known = traffic.get(id) ?? { posts: 0, silent: 0, restsUntil: 0 };
  const later = 1 + random / 2;
  if (known.posts >= POSTS_AT_ONCE) return LOOK_AGAIN_MS * later;
  if (known.silent >= SILENT_AFTER) {
    if (known.posts > 0 || now < known.restsUntil)
      return Math.max(LOOK_AGAIN_MS, known.restsUntil - now) * later;
  }
  traffic.set(id, { ...known, posts: known.posts + 1 });
  return 0;
}

/** Notes how a call ended; null: it was not made after all. */
export function leaveEndpoint(id: string, outcome: DeliveryOutcome | null, now: number): void {
  const known = traffic.get(id);
  if (!known) return;
  known.posts -= 1;
  if (outcome) {
    const isSilent = outcome.kind === 'refused' && outcome.status === null;
    known.silent = isSilent ? known.silent + 1 : 0;
    const rests = known.silent - SILENT_AFTER;
    if (rests >= 0) known.restsUntil = now + Math.min(FIRST_REST_MS * 2 ** rests, LONGEST_REST_MS);
  }
  if (known.posts === 0 && known.silent === 0) traffic.delete(id);
}
