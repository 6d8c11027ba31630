import { randomBytes } from 'node:crypto';
import { newId } from '../../../adapters/ids';
import { OutgoingFailure } from '../../../adapters/outgoing/failure';
import { sendSigned } from '../../../adapters/outgoing/send-signed';
import { addAuditEntry, audited } from '../../../adapters/postgres/access/audit-log';
import {
  MAX_WEBHOOK_ENDPOINTS,
  type WebhookEndpoint,
  changeWebhookEndpoint,
  createWebhookEndpoint,
  deleteWebhookEndpoint,
} from '../../../adapters/postgres/deliveries/webhook-endpoints';
import {
  type OpenEndpoint,
  openWebhookEndpoint,
  rotateWebhookSecret,
} from '../../../adapters/postgres/deliveries/webhook-secrets';
import { type Actor } from '../../../core/access/actor';
import { cloudEvent } from '../../../core/deliveries/cloud-event';
import { Secret } from '../../../core/access/secret';
import { type HttpDeps } from '../../deps';
import { Problem, invalidField, notFound } from '../../problems';
import { type ChangedWebhookEndpoint, type NewWebhookEndpoint } from './webhook-schemas';

type EndpointActionsDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'outgoing' | 'clock' | 'site'>;

/** Adds an endpoint. @returns it with its signing secret, which cannot be read again */
export async function addEndpoint(
  deps: EndpointActionsDeps,
  actor: Actor,
  { url, events }: typeof NewWebhookEndpoint._output,
): Promise<{ endpoint: WebhookEndpoint; secret: Secret }> {
  await refuseForbidden(deps, url);
  const secret = newSecret();
  const wanted = { url, events: [...new Set(events)], secret };
  const now = deps.clock.now();
  const endpoint = await audited(
    { pool: deps.pool, actor, now },
    (db) => createWebhookEndpoint(db, deps.sealer, wanted, now),
    (made) =>
      made && {
        ...{ action: 'webhook_endpoint.create', target: made.id },
        changes: { host: new URL(url).host, events: made.events },
      },
  );
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
  actor: Actor,
  id: string,
): Promise<{ secret: Secret; oldSecretUntil: number }> {
  const secret = newSecret();
  const now = deps.clock.now();
  const until = await audited(
    { pool: deps.pool, actor, now },
    (db) => rotateWebhookSecret(db, deps.sealer, id, secret, now),
    (done) => (done === null ? null : { action: 'webhook_endpoint.rotate_secret', target: id }),
  );
  if (until === null) throw notFound('endpoint');
  return { secret, oldSecretUntil: until };
}

/** Enables or disables an endpoint, or changes its event types. */
export async function changeEndpoint(
  deps: EndpointActionsDeps,
  actor: Actor,
  id: string,
  { enabled, events }: typeof ChangedWebhookEndpoint._output,
): Promise<WebhookEndpoint> {
  const wanted = {
    ...(enabled !== undefined && { enabled }),
    ...(events !== undefined && { events: [...new Set(events)] }),
  };
  const now = deps.clock.now();
  const endpoint = await audited(
    { pool: deps.pool, actor, now },
    (db) => changeWebhookEndpoint(db, id, wanted, now),
    (found) => found && { action: 'webhook_endpoint.update', target: id, changes: wanted },
  );
  if (!endpoint) throw notFound('endpoint');
  return endpoint;
}

/** Removes an endpoint, with its secret and its deliveries. */
export async function removeEndpoint(deps: EndpointActionsDeps, actor: Actor, id: string): Promise<void> {
  const removed = await audited(
    { pool: deps.pool, actor, now: deps.clock.now() },
    (db) => deleteWebhookEndpoint(db, id),
    (done) => (done ? { action: 'webhook_endpoint.delete', target: id } : null),
  );
  if (!removed) throw notFound('endpoint');
}

/** Sends a signed test event and returns the result. */
export async function testEndpoint(deps: EndpointActionsDeps, actor: Actor, id: string) {
  const endpoint = await openWebhookEndpoint(deps.pool, deps.sealer, id, deps.clock.now());
  if (!endpoint) throw notFound('endpoint');
  await addAuditEntry(deps.pool, actor, { action: 'webhook_endpoint.test', target: id }, deps.clock.now());
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
