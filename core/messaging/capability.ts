import { type CallProblem } from '../lifecycle/failure';
import { MINUTE_MS } from '../time';

/**
 * What an account's messages can be used for, apart from its token: `ok`, `unknown` (not tried since it was connected),
 * or why Instagram refuses them. `permission_missing`: the owner does not allow it, and can by reconnecting.
 * `app_access_missing`: Meta does not give the app that access. `other_app`: another app handles the conversation.
 */
export const CAPABILITY_STATES = [
  'ok',
  'unknown',
  'permission_missing',
  'app_access_missing',
  'other_app',
] as const;
export type CapabilityState = (typeof CAPABILITY_STATES)[number];
type Refused = Exclude<CapabilityState, 'ok' | 'unknown'>;

/** Reading may work where sending does not, and the other way round. */
export type CallArea = 'read' | 'send';

/** What is known of the messages of one grant. */
export interface MessagesCapability {
  grantNo: number;
  state: CapabilityState;
  /** Epoch ms. */
  since: number;
  /** Which calls are refused, and why; null: none. */
  refusal: { area: CallArea; problem: Refused; count: number; nextTryAt: number } | null;
}

/** A single refusal may be a flake: what is refused this often in a row is taken for a state. */
const REFUSALS_BELIEVED = 3;
/** While a state is refused, one call in this time finds out whether it still is. */
export const TRY_AGAIN_MS = 15 * MINUTE_MS;

const REFUSED: Partial<Record<CallProblem, Refused>> = {
  permission_missing: 'permission_missing',
  app_access_missing: 'app_access_missing',
  other_app: 'other_app',
};

/** The state as it is for this grant. */
export function capabilityState(known: MessagesCapability | null, grantNo: number): CapabilityState {
  return known?.grantNo === grantNo ? known.state : 'unknown';
}

/**
 * What a call that just ended says about the account's messages. The same object when it says nothing new.
 * @param problem why Instagram refused the call; null: it succeeded
 */
export function capabilityAfter(
  before: MessagesCapability | null,
  call: { grantNo: number; area: CallArea; problem: CallProblem | null },
  now: number,
): MessagesCapability | null {
  const { grantNo, area } = call;
  const known = before?.grantNo === grantNo ? before : null;
  const was = known?.refusal ?? null;
  if (call.problem === null) {
    if (known?.state === 'ok' && !was) return before;
    // A success shows that calls of its kind are allowed, and nothing about others.
    if (was && was.area !== area) return before;
    return { grantNo, state: 'ok', since: known?.state === 'ok' ? known.since : now, refusal: null };
  }
  const problem = REFUSED[call.problem];
  if (!problem) return before;
  const isSame = was?.area === area && was.problem === problem;
  const count = isSame ? was.count + 1 : 1;
  const refusal = { area, problem, count, nextTryAt: now + TRY_AGAIN_MS };
  const state = count >= REFUSALS_BELIEVED ? problem : (known?.state ?? 'unknown');
  return { grantNo, state, since: state === known?.state ? known.since : now, refusal };
}

/**
 * Why a call would be made in vain; null: it may be made. Another app handles some conversations and not all, so those
 * calls are always made.
 */
export function refusedInAdvance(
  known: MessagesCapability | null,
  call: { grantNo: number; area: CallArea },
  now: number,
): Refused | null {
  const refusal = known?.grantNo === call.grantNo ? known.refusal : null;
  if (!refusal || refusal.area !== call.area || refusal.problem === 'other_app') return null;
  if (refusal.count < REFUSALS_BELIEVED || now >= refusal.nextTryAt) return null;
  return refusal.problem;
}
