import { type LifecycleFacts } from './facts';
import { WARNING_DAYS } from './refresh-policy';
import { type Banner, STILL_RETRYING, expiredText, expiringText, ownerActionText } from './sentences';
import { causeOf, hasLifecycle } from './states';
import { DAY_MS } from './time';

/** While more is left than this, a warning leaves the matter to us. */
const CALM_DAYS = 3;

type Shown = Pick<
  LifecycleFacts,
  'state' | 'reason' | 'expiresAt' | 'username' | 'recovery' | 'lastError' | 'failedAttempts'
>;

/** What the product shows above the messages, or null when there is nothing to say. */
export function bannerFor(facts: Shown, product: string, now: number): Banner | null {
  const subject = { username: facts.username, product };
  if (facts.state === 'expired') {
    const reason = facts.reason ?? 'invalidated';
    return { level: 'error', cause: causeOf(reason), text: expiredText(reason, subject), note: null };
  }
  if (facts.state === 'recovering' && facts.recovery?.ownerAction) {
    return { level: 'error', cause: 'owner', text: ownerActionText(subject), note: null };
  }
  if (!hasLifecycle(facts.state) || facts.expiresAt === null) return null;
  const remainingMs = facts.expiresAt - now;
  if (remainingMs > WARNING_DAYS * DAY_MS || remainingMs <= 0) return null;
  return {
    level: 'warning',
    cause: facts.failedAttempts > 0 ? 'provider' : 'service',
    text: expiringText(remainingMs),
    note: remainingMs > CALM_DAYS * DAY_MS ? STILL_RETRYING : null,
  };
}
