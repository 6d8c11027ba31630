import { eventMessage } from '../../services/event-message';
import { OutgoingFailure } from '../../adapters/outgoing/failure';
import { sendSigned } from '../../adapters/outgoing/send-signed';
import { type OpenEndpoint, openWebhookEndpoint } from '../../adapters/postgres/deliveries/webhook-secrets';
import { retryAfterMs } from '../../core/deliveries/delivery-policy';
import { type Verdict, type Wanted } from './delivery-outcome';
import { type Deps } from '../deps';
import { sealingError } from '../lifecycle/refusal';

const GONE = 410;
/** Statuses whose `Retry-After` says when to come back. */
const COME_BACK = [429, 503];

/** Posts one event to one endpoint, signed by its secrets. */
export async function deliverWebhook(deps: Deps, wanted: Wanted, endpointId: string): Promise<Verdict> {
  try {
    const endpoint = await openWebhookEndpoint(deps.pool, deps.sealer, endpointId, deps.clock.now());
    if (!endpoint || endpoint.disabled) return { is: 'skipped', error: 'The endpoint is disabled.' };
    return await post(deps, wanted, endpoint);
  } catch (error) {
    if (error instanceof OutgoingFailure) return unanswered(error.message);
    if (sealingError(error, 0)) return unanswered('The secret that signs cannot be opened.');
    throw error;
  }
}

async function post(deps: Deps, { event, row }: Wanted, endpoint: OpenEndpoint): Promise<Verdict> {
  const maker = { ring: deps.sealer.ring, publicUrl: deps.site.publicUrl };
  const message = eventMessage(maker, event, row, deps.clock.now());
  const { status, retryAfter } = await sendSigned(deps.outgoing, endpoint, message);
  if (status >= 200 && status < 300) return { is: 'delivered', status, error: null };
  if (status === GONE) return { is: 'failed', status, error: 'The endpoint says that it is gone (410).' };
  // By the machine's time, which is the endpoint's, too.
  const wait = COME_BACK.includes(status) ? retryAfterMs(retryAfter, Date.now()) : null;
  return { is: 'refused', status, error: `The endpoint answered ${status}.`, retryAfterMs: wait };
}

function unanswered(error: string): Verdict {
  return { is: 'refused', status: null, error, retryAfterMs: null };
}
