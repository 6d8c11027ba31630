import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { EVERGRANT, type EvergrantActivities } from './evergrant';

const evergrant = proxyActivities<EvergrantActivities>(EVERGRANT);

interface Conversation {
  participants: { id: string | null; username: string | null }[];
}

/**
 * Thanks whoever wrote last. A token that Instagram refuses on the way is replaced by Evergrant while the activity is
 * retried, and a repetition of this workflow under its id sends nothing a second time.
 */
export async function ThankNewest(integrationId: string, text: string): Promise<string | null> {
  const account = await evergrant.getAccount({ integrationId });
  const { payloadId } = await evergrant.listConversations({ integrationId, limit: 1 });
  // Who wrote becomes part of this workflow's history. What they wrote does not: that is in `listMessages`.
  const { data } = await evergrant.readPayload({ integrationId, payloadId });
  const [newest] = data as Conversation[];
  const recipientId = newest?.participants.find(({ id }) => id !== null && id !== account.id)?.id;
  if (!recipientId) return null;
  const idempotencyKey = workflowInfo().workflowId;
  const sent = await evergrant.sendMessage({ integrationId, recipientId, text, idempotencyKey });
  return sent.messageId;
}
