import {
  type ConversationsInput,
  type MessagesInput,
  type RowsReference,
} from '../../core/messaging/activities-contract';
import { conversationRow, messageRow } from '../../services/inbox-rows';
import { type Deps } from '../deps';
import { INPUTS, checkInput } from './check-input';
import { keepPayload } from './payloads';
import { withToken } from './with-token';

type ListDeps = Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'lifecycles'>;

/** One page of conversations. */
export async function listConversations(deps: ListDeps, given: ConversationsInput): Promise<RowsReference> {
  const input = checkInput(INPUTS.conversations, given);
  return withToken(deps, input.integrationId, 'listConversations', async (token, integration) => {
    const page = await deps.instagram.listConversations(token, input);
    const data = page.data.map(conversationRow);
    const kept = await keepPayload(deps, integration, { purpose: 'conversations', data }, page.nextCursor);
    return { ...kept, count: data.length };
  });
}

/** One page of a conversation's messages, newest first. */
export async function listMessages(deps: ListDeps, given: MessagesInput): Promise<RowsReference> {
  const input = checkInput(INPUTS.messages, given);
  return withToken(deps, input.integrationId, 'listMessages', async (token, integration) => {
    const page = await deps.instagram.listMessages(token, input);
    const data = page.data.map(messageRow);
    const kept = await keepPayload(deps, integration, { purpose: 'messages', data }, page.nextCursor);
    return { ...kept, count: data.length };
  });
}
