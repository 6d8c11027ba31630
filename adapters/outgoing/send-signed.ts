import { Webhook } from 'standardwebhooks';
import { type CloudEvent } from '../../core/deliveries/cloud-event';
import { type Secret } from '../../core/access/secret';
import { type Outgoing, type OutgoingAnswer } from './post';

/**
 * Sends one event to one endpoint, signed after Standard Webhooks. The same event again has the same `webhook-id`.
 * @param to each of `secrets`, `whsec_` and base64, signs: a receiver takes what one of those it knows has signed
 * @throws OutgoingFailure when there is no answer
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function sendSigned(
  outgoing: Outgoing,
  to: { url: string; secrets: readonly Secret[] },
  event: CloudEvent,
): Promise<OutgoingAnswer> {
  const body = JSON.stringify(event);
  // The machine's own time, not a sandbox's: receivers compare it with theirs, to refuse what is replayed.
  const at = new Date();
  const signatures = to.secrets.map((secret) => new Webhook(secret.reveal()).sign(event.id, at, body));
  return outgoing.post({
    url: to.url,
    body,
    headers: {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'evergrant',
      'webhook-id': event.id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    },
  });
}
