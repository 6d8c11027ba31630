import { randomBytes } from 'node:crypto';
import { newId } from '../../../adapters/ids';
import { OutgoingFailure } from '../../../adapters/outgoing/failure';
import { sendSigned } from '../../../adapters/outgoing/send-signed';
import {
  MAX_WEBHOOK_ENDPOINTS,
  type WebhookEndpoint,
  createWebhookEndpoint,
} from '../../../adapters/postgres/deliveries/webhook-endpoints';
import {
  type OpenEndpoint,
  openWebhookEndpoint,
  rotateWebhookSecret,
} from '../../../adapters/postgres/deliveries/webhook-secrets';
import { cloudEvent } from '../../../core/deliveries/cloud-event';
import { Secret } from '../../../core/access/secret';
import { type HttpDeps } from '../../deps';
import { Problem, invalidField, notFound } from '../../problems';
import { type NewWebhookEndpoint } from './webhook-schemas';

type EndpointActionsDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'outgoing' | 'clock' | 'site'>;

/** Adds an endpoint. @returns it with its signing secret, which cannot be read again */
export async function addEndpoint(
  deps: EndpointActionsDeps,
  { url, events }: typeof NewWebhookEndpoint._output,
): Promise<{ endpoint: WebhookEndpoint; secret: Secret }> {
  await refuseForbidden(deps, url);
  const secret = newSecret();
  const wanted = { url, events: [...new Set(events)], secret };
  const endpoint = await createWebhookEndpoint(deps.pool, deps.sealer, wanted, deps.clock.now());
  if (!endpoint)
    throw new Problem(
      'forbidden',
      `The limit of ${MAX_WEBHOOK_ENDPOINTS} endpoints is reached. Remove one first.`,
    );
  return { endpoint, secret };
}

/** Gives an endpoint a new secret. The previous one works for a day. @returns the end of that day, in epoch ms */
export async function rotateSecret(
  deps: EndpointActionsDeps,
  id: string,
): Promise<{ secret: Secret; oldSecretUntil: number }> {
  const secret = newSecret();
  const until = await rotateWebhookSecret(deps.pool, deps.sealer, id, secret, deps.clock.now());
  if (until === null) throw notFound('endpoint');
  return { secret, oldSecretUntil: until };
}

/** Sends a signed test event and returns the result. */
export async function testEndpoint(deps: EndpointActionsDeps, id: string) {
  const endpoint = await openWebhookEndpoint(deps.pool, deps.sealer, id, deps.clock.now());
  if (!endpoint) throw notFound('endpoint');
  return sendTest(deps, id, endpoint);
}

/** @throws Problem naming the field */
async function refuseForbidden(deps: Pick<HttpDeps, 'outgoing'>, url: string): Promise<void> {
  await deps.outgoing.check(url).catch((error: unknown) => {
    if (!(error instanceof OutgoingFailure)) throw error;
    throw invalidField('url', 'must be an https URL with a public address and without credentials');
  });
}

async function sendTest(deps: EndpointActionsDeps, id: string, to: OpenEndpoint) {
  const event = cloudEvent(deps.site.publicUrl, {
    id: newId('evt'),
    type: 'evergrant.test',
    subject: id,
    at: deps.clock.now(),
    data: { endpointId: id },
  });
  try {
    const { status, durationMs } = await sendSigned(deps.outgoing, to, event);
    return { delivered: status >= 200 && status < 300, status, durationMs, error: null };
  } catch (error) {
    if (!(error instanceof OutgoingFailure)) throw error;
    const { code, message: text, durationMs } = error;
    return { delivered: false, status: null, durationMs, error: { code, text } };
  }
}

function newSecret(): Secret {
  return new Secret(`whsec_${randomBytes(32).toString('base64')}`);
}
