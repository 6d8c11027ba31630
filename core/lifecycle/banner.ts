import { type LifecycleFacts } from './facts';
import { WARNING_DAYS } from './refresh-policy';
import {
  ACTION_LABELS,
  type Banner,
  type BannerAction,
  STILL_RETRYING,
  type Subject,
  expiredText,
  expiringText,
  messagesText,
  ownerActionText,
} from '../text/banner';
import { type CapabilityState } from '../messaging/capability';
import { type Reason, causeOf, hasLifecycle, waitsOnInstagram } from './states';
import { DAY_MS } from '../time';

/** While more is left than this, a warning leaves the matter to us. */
const CALM_DAYS = 3;

type Shown = Pick<
  LifecycleFacts,
  'state' | 'reason' | 'expiresAt' | 'username' | 'paused' | 'recovery' | 'failedAttempts'
> & {
  /** What the messages can be used for, apart from the token. */
  messages: CapabilityState;
};

/** What the product shows above the messages, or null when there is nothing to say. */
export function bannerFor(facts: Shown, product: string, now: number): Banner | null {
  const subject = { username: facts.username, product };
  const actions = actionsFor(facts, now);
  const over = (reason: Reason): Banner => ({
    level: 'error',
    cause: causeOf(reason),
    text: expiredText(reason, subject),
    note: null,
    actions,
  });
  if (facts.state === 'expired') return over(facts.reason ?? 'invalidated');
  if (waitsForOwner(facts)) {
    return { level: 'error', cause: 'owner', text: ownerActionText(subject), note: null, actions };
  }
  if (!hasLifecycle(facts.state) || facts.expiresAt === null) return null;
  const remainingMs = facts.expiresAt - now;
  // It is not given up for a day, but nothing works meanwhile.
  if (remainingMs <= 0) return over('lifetime_elapsed');
  if (remainingMs > WARNING_DAYS * DAY_MS || facts.messages === 'permission_missing')
    return messagesBanner(facts.messages, subject, actions);
  return {
    level: 'warning',
    cause: facts.failedAttempts > 0 ? 'provider' : 'service',
    text: expiringText(remainingMs),
    // While it is paused nothing is tried before the calm days are over.
    note: remainingMs > CALM_DAYS * DAY_MS && !facts.paused ? STILL_RETRYING : null,
    actions,
  };
}

/** Whether the owner is given a way back: within 7 days of the end, after it, and to allow what messages require. */
export function mayReconnect(
  { state, expiresAt, messages }: Pick<Shown, 'state' | 'expiresAt' | 'messages'>,
  now: number,
): boolean {
  if (!hasLifecycle(state)) return false;
  if (messages === 'permission_missing') return true;
  return state === 'expired' || (expiresAt !== null && expiresAt - now <= WARNING_DAYS * DAY_MS);
}

/** The connection is healthy, and its messages cannot be used. */
function messagesBanner(messages: CapabilityState, subject: Subject, actions: BannerAction[]): Banner | null {
  if (messages === 'ok' || messages === 'unknown') return null;
  return {
    level: 'warning',
    cause: messages === 'app_access_missing' ? 'service' : 'owner',
    text: messagesText(messages, subject),
    note: null,
    actions,
  };
}

/** Whether its reader does something on Instagram first, and then has it looked at. */
export function asksToCheckAgain(banner: Pick<Banner, 'actions'> | null): boolean {
  return banner?.actions.some(({ kind }) => kind === 'check_again') ?? false;
}

function actionsFor(facts: Shown, now: number): BannerAction[] {
  const actions: BannerAction[] = [];
  if (waitsForOwner(facts)) actions.push({ kind: 'check_again', label: ACTION_LABELS.check_again });
  if (mayReconnect(facts, now)) actions.push({ kind: 'reconnect', label: ACTION_LABELS.reconnect });
  return actions;
}

/** Whether Instagram waits for the owner to confirm a login. */
function waitsForOwner({ state, reason, recovery }: Shown): boolean {
  if (state === 'recovering') return Boolean(recovery?.ownerAction);
  return state === 'expired' && waitsOnInstagram(reason);
}
