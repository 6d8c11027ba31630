import { eventMessage } from '../../services/event-message';
import { OutgoingFailure } from '../../adapters/outgoing/failure';
import { sendSigned } from '../../adapters/outgoing/send-signed';
import { type OpenEndpoint, openWebhookEndpoint } from '../../adapters/postgres/deliveries/webhook-secrets';
import { retryAfterMs } from '../../core/retry-after';
import { type DeliveryOutcome, type DueDelivery } from './delivery-outcome';
import { type Deps } from '../deps';
import { sealingError } from '../lifecycle/refusal';

const GONE = 410;
/** Statuses whose `Retry-After` is honoured. */
const RETRY_AFTER_STATUSES = [429, 503];

export type WebhookDeps = Pick<Deps, 'pool' | 'sealer' | 'outgoing' | 'clock' | 'site'>;

/** Posts one event to one endpoint, signed with its secrets. */
export async function deliverWebhook(
  deps: WebhookDeps,
  due: DueDelivery,
  endpointId: string,
): Promise<DeliveryOutcome> {
  try {
    const endpoint = await openWebhookEndpoint(deps.pool, deps.sealer, endpointId, deps.clock.now());
    if (!endpoint || endpoint.disabled) return { kind: 'skipped', error: 'The endpoint is disabled.' };
    return await post(deps, due, endpoint);
  } catch (error) {
    if (error instanceof OutgoingFailure) return noAnswer(error.message);
    if (sealingError(error, 0)) return noAnswer('The signing secret could not be decrypted.');
    throw error;
  }
}

async function post(
  { sealer, outgoing, clock, site }: WebhookDeps,
  { event, row }: DueDelivery,
  endpoint: OpenEndpoint,
): Promise<DeliveryOutcome> {
  const message = eventMessage({ ring: sealer.ring, publicUrl: site.publicUrl }, event, row, clock.now());
  const { status, retryAfter } = await sendSigned(outgoing, endpoint, message);
  if (status >= 200 && status < 300) return { kind: 'delivered', status, error: null };
  if (status === GONE) return { kind: 'failed', status, error: 'The endpoint returned 410 Gone.' };
  // The machine's clock: a sandbox's clock runs ahead of the endpoint's.
  const wait = RETRY_AFTER_STATUSES.includes(status) ? retryAfterMs(retryAfter, Date.now()) : null;
  return { kind: 'refused', status, error: `The endpoint returned ${status}.`, retryAfterMs: wait };
}

function noAnswer(error: string): DeliveryOutcome {
  return { kind: 'refused', status: null, error, retryAfterMs: null };
}
