import { type Message } from '../../adapters/instagram/messages';
import {
  type MessageSend,
  claimSent,
  findSend,
  forgetCall,
} from '../../adapters/postgres/messages/message-sends';
import { type SendMessageInput, type SentMessage } from '../../core/messaging/send';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { type Deps } from '../deps';
import { FAILURE_TYPES } from '../../core/failure-types';
import { failure } from '../failures';
import { loadOutgoingMessage } from './outgoing-message';
import { withToken } from './with-token';

/** Instagram returns the details of this many newest messages. @see https://developers.facebook.com/documentation/instagram-platform/conversations-api */
const VISIBLE = 20;
/** Instagram's clock may differ from ours by this much. */
const SKEW_MS = MINUTE_MS;
/** A call waits for its turn, then for an answer, and has ended after this. */
const CALL_ENDS_WITHIN_MS = 25 * SECOND_MS;

/**
 * Finds the message of a send whose answer was lost, and claims it: several sends of the same text each get their own
 * message. Null when the message was certainly not sent.
 * @throws `OutcomeUnknown` when the visible messages do not reach back to the send; `SendUnderWay` while it may still arrive
 */
export function findSent(
  deps: Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'lifecycles'>,
  input: SendMessageInput,
): Promise<SentMessage | null> {
  return withToken(deps, input.integrationId, 'sendMessage', async (token, integration) => {
    const message = await loadOutgoingMessage(deps, integration, input);
    const send = await findSend(deps.pool, input.integrationId, input.keyDigest);
    const calledAt = send?.calledAt ?? send?.createdAt ?? 0;
    const since = calledAt - SKEW_MS;
    const conversations = await deps.instagram.listConversations(token, {
      cursor: null,
      limit: 5,
      userId: message.recipientId,
    });
    const candidates: { id: string; distanceMs: number }[] = [];
    let isCertain = conversations.data.length > 0;
    for (const { id } of conversations.data) {
      if (id === null) {
        isCertain = false;
        continue;
      }
      const page = { conversationId: id, cursor: null, limit: VISIBLE };
      const { data } = await deps.instagram.listMessages(token, page);
      for (const { id: messageId, from, text, createdAt } of data) {
        const ours = from?.id === integration.accountId && text === message.text;
        if (messageId !== null && ours && (createdAt ?? 0) >= since)
          candidates.push({ id: messageId, distanceMs: Math.abs((createdAt ?? 0) - calledAt) });
      }
      isCertain &&= reachesBack(data, since);
    }
    // Nearest in time first: a more distant message more likely belongs to another send.
    for (const { id } of candidates.sort((a, b) => a.distanceMs - b.distanceMs)) {
      const sent = { messageId: id, recipientId: message.recipientId };
      if (await claimSent(deps.pool, input, sent, deps.clock.now())) return sent;
    }
    if (isCertain) {
      const waitMs = send ? mayArriveForMs(send, deps.clock.now()) : 0;
      if (waitMs > 0)
        throw failure(FAILURE_TYPES.sendUnderWay, 'Another send of this message may be under way.', {
          nextRetryDelay: waitMs,
        });
      if (send && send.calledAt !== null) await forgetCall(deps.pool, input, send.calledAt);
      return null;
    }
    throw failure(
      FAILURE_TYPES.outcomeUnknown,
      'The conversation does not show whether the message arrived.',
      {
        nonRetryable: true,
      },
    );
  });
}

/** How long a message that is not to be seen may still arrive, in ms: its call may be another process's, and under way. */
function mayArriveForMs({ calledAt, finishedAt }: MessageSend, now: number): number {
  if (calledAt === null || finishedAt !== null) return 0;
  return Math.max(0, calledAt + CALL_ENDS_WITHIN_MS - now);
}

function reachesBack(newest: Message[], since: number): boolean {
  const visible = newest.filter(({ unavailable }) => !unavailable);
  if (visible.length === newest.length && newest.length < VISIBLE) return true;
  return visible.some(({ createdAt }) => createdAt !== null && createdAt < since);
}
