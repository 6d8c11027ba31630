import { Webhook } from 'standardwebhooks';
import { WebhookVerificationError } from './errors';
import { type components } from './openapi.js';

type Event = components['schemas']['Event'];

/** An event as webhooks receive it. @see https://cloudevents.io */
export interface WebhookEvent {
  specversion: '1.0';
  /** The same for every attempt: use it to recognize a repetition. */
  id: string;
  type: Event['type'] | 'evergrant.test' | (string & {});
  /** Evergrant's public URL. */
  source: string;
  /** ID of the integration, if the event is about one. */
  subject?: string;
  /** ISO 8601. */
  time: string;
  data: Record<string, unknown>;
}

/**
 * The event of a webhook request, once its signature and time are verified: within 5 minutes, against replays.
 * @param body the request's body as it was sent, before any parsing
 * @param headers of the request: a `Headers`, or an object with lower-case names
 * @param secret `whsec_…`; several while one is rotated
 * @throws WebhookVerificationError
 * @see https://www.standardwebhooks.com
 */
export function verifyWebhook(
  body: string,
  headers: Headers | Record<string, string | string[] | undefined>,
  secret: string | readonly string[],
): WebhookEvent {
  const given = headersOf(headers);
  let refused: unknown;
  for (const one of [secret].flat()) {
    try {
      return new Webhook(one).verify(body, given) as WebhookEvent;
    } catch (error) {
      refused = error;
    }
  }
  const why = refused instanceof Error ? refused.message : 'no secret given';
  throw new WebhookVerificationError(`The webhook could not be verified: ${why}`, { cause: refused });
}

function headersOf(headers: Headers | Record<string, string | string[] | undefined>): Record<string, string> {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const valueOf = (name: string) => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    return [value ?? ''].flat()[0] ?? '';
  };
  return Object.fromEntries(names.map((name) => [name, valueOf(name)]));
}
