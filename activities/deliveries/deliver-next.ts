import {
  type Delivery,
  endDelivery,
  headOfLane,
  postpone,
  scheduleRetry,
} from '../../adapters/postgres/deliveries/deliveries';
import { findEvent } from '../../adapters/postgres/deliveries/events';
import {
  disableWebhookEndpoint,
  recordEndpointFailure,
  recordEndpointSuccess,
} from '../../adapters/postgres/deliveries/webhook-health';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { withTransaction } from '../../adapters/postgres/pool';
import { type DeliverEventInput, type LaneStep } from '../../core/deliveries/deliveries';
import { MAIL_LADDER_MS, WEBHOOK_LADDER_MS, pauseAfter } from '../../core/deliveries/delivery-policy';
import { SECOND_MS } from '../../core/time';
import { type MailDeps, deliverMail } from './deliver-mail';
import { type DeliveryOutcome, type DueDelivery } from './delivery-outcome';
import { inTurn } from './endpoint-traffic';
import { type WebhookDeps, deliverWebhook } from './deliver-webhook';
import { type Deps } from '../deps';
import { toApplicationFailure } from '../failures';

/** One activity attempt delivers several events, so that a busy lane costs few Temporal actions. */
const BATCH_MS = 5 * SECOND_MS;
const BATCH_SIZE = 50;

type DeliveryDeps = MailDeps & WebhookDeps & Pick<Deps, 'counters' | 'random'>;

/**
 * Delivers what is due in a lane, in order, and returns when the next delivery is due. Each outcome is stored before
 * the next delivery begins, so a retry of this activity continues where it stopped.
 */
export async function deliverNext(deps: DeliveryDeps, { lane }: DeliverEventInput): Promise<LaneStep> {
  try {
    const startedAt = performance.now();
    for (let delivered = 0; ; delivered++) {
      const head = await headOfLane(deps.pool, lane);
      if (!head) return { waitMs: null };
      const waitMs = Math.max(0, head.nextAttemptAt - deps.clock.now());
      if (waitMs > 0 || delivered >= BATCH_SIZE || performance.now() - startedAt > BATCH_MS)
        return { waitMs };
      const begunAt = performance.now();
      const outcome = await deliver(deps, head);
      await recordOutcome(deps, head, outcome, Math.round(performance.now() - begunAt));
      if (head.endpointId !== null) await updateEndpointHealth(deps, head.endpointId, outcome);
    }
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

async function deliver(deps: DeliveryDeps, delivery: Delivery): Promise<DeliveryOutcome> {
  const event = await findEvent(deps.pool, delivery.eventId);
  if (!event) return { kind: 'skipped', error: 'The event was deleted.' };
  const row = event.integrationId === null ? null : await findIntegration(deps.pool, event.integrationId);
  const due: DueDelivery = { delivery, event, row };
  const { endpointId } = delivery;
  return endpointId === null
    ? deliverMail(deps, due)
    : inTurn(deps, endpointId, () => deliverWebhook(deps, due, endpointId));
}

async function recordOutcome(
  { pool, clock, counters, random }: DeliveryDeps,
  { id, kind, tries }: Delivery,
  outcome: DeliveryOutcome,
  durationMs: number,
): Promise<void> {
  const now = clock.now();
  const attempt = { status: null, ...outcome, durationMs };
  const count = (name: string) => counters.delivery(kind, name);
  switch (outcome.kind) {
    case 'delivered':
    case 'failed':
    case 'skipped':
      await endDelivery(pool, id, outcome.kind, attempt, now);
      return count(outcome.kind);
    case 'postponed':
      return postpone(pool, id, outcome.error, now + outcome.waitMs);
    case 'refused': {
      const ladder = kind === 'email' ? MAIL_LADDER_MS : WEBHOOK_LADDER_MS;
      const pauseMs = pauseAfter(ladder, tries + 1, random(), outcome.retryAfterMs);
      if (pauseMs === null) await endDelivery(pool, id, 'failed', attempt, now);
      else await scheduleRetry(pool, id, attempt, now + pauseMs);
      return count(pauseMs === null ? 'failed' : 'refused');
    }
  }
}

/** Disables an endpoint that returned 410, or that has failed for days. */
async function updateEndpointHealth(
  { pool, clock }: Pick<DeliveryDeps, 'pool' | 'clock'>,
  endpointId: string,
  { kind }: DeliveryOutcome,
): Promise<void> {
  if (kind === 'delivered') return recordEndpointSuccess(pool, endpointId);
  if (kind !== 'failed' && kind !== 'refused') return;
  await withTransaction(pool, async (db) => {
    const now = clock.now();
    const hasFailedForDays = await recordEndpointFailure(db, endpointId, now);
    if (kind === 'failed') await disableWebhookEndpoint(db, endpointId, 'gone', now);
    else if (hasFailedForDays) await disableWebhookEndpoint(db, endpointId, 'failing', now);
  });
}
