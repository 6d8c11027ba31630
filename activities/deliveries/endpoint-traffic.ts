import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { type Deps } from '../deps';
import { type DeliveryOutcome, type PostponedDelivery } from './delivery-outcome';

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
  /** Epoch ms. */
  restsUntil: number;
}

/** What this process knows of endpoints that are being called, or that do not answer. */
const traffic = new Map<string, Traffic>();

/** Calls an endpoint when it has a place free and does not rest: others never wait for one that is slow or silent. */
export async function inTurn(
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  endpointId: string,
  call: () => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
  const known = traffic.get(endpointId) ?? { posts: 0, silent: 0, restsUntil: 0 };
  const wait = waitFor(known, clock.now(), random());
  if (wait) return wait;
  traffic.set(endpointId, known);
  known.posts += 1;
  try {
    const outcome = await call();
    noteAnswer(known, outcome, clock.now());
    return outcome;
  } finally {
    known.posts -= 1;
    if (known.posts === 0 && known.silent === 0) traffic.delete(endpointId);
  }
}

/** Null: it may be called now. */
function waitFor(
  { posts, silent, restsUntil }: Traffic,
  now: number,
  random: number,
): PostponedDelivery | null {
  const postponed = (ms: number, error: string): PostponedDelivery => ({
    kind: 'postponed',
    waitMs: Math.round(ms * (1 + random / 2)),
    error,
  });
  if (posts >= POSTS_AT_ONCE) return postponed(LOOK_AGAIN_MS, 'The endpoint is busy with other deliveries.');
  if (silent >= SILENT_AFTER && (posts > 0 || now < restsUntil))
    return postponed(
      Math.max(LOOK_AGAIN_MS, restsUntil - now),
      'The endpoint did not answer other deliveries.',
    );
  return null;
}

function noteAnswer(known: Traffic, outcome: DeliveryOutcome, now: number): void {
  const isSilent = outcome.kind === 'refused' && outcome.status === null;
  known.silent = isSilent ? known.silent + 1 : 0;
  const rests = known.silent - SILENT_AFTER;
  if (rests >= 0) known.restsUntil = now + Math.min(FIRST_REST_MS * 2 ** rests, LONGEST_REST_MS);
}
