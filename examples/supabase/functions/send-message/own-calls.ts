import { endpoint } from '../_shared/endpoint.ts';
import { callInstagram } from '../_shared/instagram.ts';
import { Refusal } from '../_shared/refusal.ts';

/**
 * `POST ?integrationId=` `{recipientId, text}` → `{messageId, recipientId}`.
 *
 * Instagram knows no idempotency key. The repetition after a 190 is safe, for the refused call sent nothing. Two things
 * are not: a second press of "Send", and repeating after `outcome_unknown`. For the first, insert the app's
 * Idempotency-Key into a table of yours where it is unique *before* the call, and refuse a key that is there already.
 * For the second, look into the conversation before you send again. The other form does both for you.
 */
export default endpoint(async (integrationId, request) => {
  const { recipientId, text } = (await request.json().catch(() => ({}))) as Record<string, unknown>;
  if (typeof recipientId !== 'string' || typeof text !== 'string')
    throw new Refusal(400, { code: 'invalid_request', text: 'recipientId and text are needed' });
  const sent = await callInstagram<{ message_id: string; recipient_id: string }>(integrationId, {
    path: '/me/messages',
    body: { recipient: { id: recipientId }, message: { text } },
  });
  return { messageId: sent.message_id, recipientId: sent.recipient_id };
});
