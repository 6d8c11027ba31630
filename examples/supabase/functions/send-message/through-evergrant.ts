import { endpoint } from '../_shared/endpoint.ts';
import { evergrant } from '../_shared/evergrant.ts';

/**
 * `POST ?integrationId=` `{recipientId, text}` with an `Idempotency-Key` → `{messageId, recipientId}`. The app makes the
 * key when a user presses "Send", and keeps it for every repetition: one key, one message.
 */
export default endpoint(async (integrationId, request) => {
  const { recipientId, text } = (await request.json().catch(() => ({}))) as Record<string, unknown>;
  const key = request.headers.get('idempotency-key') ?? '';
  return evergrant(integrationId, '/messages', { recipientId, text }, { 'idempotency-key': key });
});
