import { DAY_MS } from '../clock';
import { messagesOf } from './conversations';
import { refuse } from '../graph/errors';
import { type Account, type Conversation } from './state';
import { type World } from './world';

/** How long after a customer's last message an account may write, and with the tag for human agents. */
const WINDOW_MS = DAY_MS;
const HUMAN_AGENT_WINDOW_MS = 7 * DAY_MS;
/** Requests that rest longer are not listed. */
const REQUESTS_LISTED_MS = 30 * DAY_MS;
/** How many messages of a conversation have details, from the newest on. */
const DETAILED_MESSAGES = 20;

/** Throws while the owner keeps direct messages from apps. */
export function requireMessaging({ messaging }: Account): void {
  if (messaging === 'disabled') throw refuse('messages_disabled');
}

/** Throws while an account's conversations cannot be read, or are read too often. */
export function admitReader({ rates }: World, account: Account): void {
  requireMessaging(account);
  rates.count(account, 'conversations');
}

/**
 * Throws when it is too late to write to a customer.
 * @see https://developers.facebook.com/documentation/instagram-platform/overview
 */
export function requireWindow(
  world: World,
  account: Account,
  conversation: Conversation,
  isHumanAgent: boolean,
): void {
  const until = answerableUntil(world, account, conversation, isHumanAgent);
  if (until !== null && world.clock.now() >= until) throw refuse('window_closed');
}

/** Until when a customer can be written to, in epoch ms; `null`: without end. */
export function answerableUntil(
  { state }: World,
  { humanAgent }: Account,
  conversation: Conversation,
  isHumanAgent: boolean,
): number | null {
  const { messagingWindow } = state.mode;
  if (messagingWindow === 'off' || (messagingWindow === 'samples_open' && conversation.sample)) return null;
  const latest = messagesOf(conversation).find(({ direction }) => direction === 'inbound');
  return (latest?.at ?? -Infinity) + (isHumanAgent && humanAgent ? HUMAN_AGENT_WINDOW_MS : WINDOW_MS);
}

/** Whether a conversation is among those that the app can list. */
export function isListed(
  { clock }: World,
  { conversation, at }: { conversation: Conversation; at: number },
): boolean {
  return conversation.folder === 'general' || clock.now() - at < REQUESTS_LISTED_MS;
}

/**
 * The messages of a conversation of which Instagram returns more than id and time.
 * @see https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/conversations-api
 */
export function detailedIds(conversation: Conversation): ReadonlySet<string> {
  return new Set(
    messagesOf(conversation)
      .slice(0, DETAILED_MESSAGES)
      .map(({ id }) => id),
  );
}
