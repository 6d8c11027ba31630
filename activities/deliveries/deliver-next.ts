import {
  type Delivery,
  endDelivery,
  headOfLane,
  postpone,
  tryLater,
} from '../../adapters/postgres/deliveries/deliveries';
import { findEvent } from '../../adapters/postgres/deliveries/events';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { type DeliverEventInput, type LaneStep } from '../../core/deliveries/deliveries';
import { MAIL_LADDER_MS, WEBHOOK_LADDER_MS, pauseAfter } from '../../core/deliveries/delivery-policy';
import { SECOND_MS } from '../../core/time';
import { deliverMail } from './deliver-mail';
import { type Verdict, type Wanted } from './delivery-outcome';
import { deliverWebhook } from './deliver-webhook';
import { type Deps } from '../deps';
import { noteHealth } from './endpoint-health';
import { toApplicationFailure } from '../failures';

/** One attempt of an activity delivers as much as fits into this, so that a busy lane costs Temporal little. */
const AT_A_STRETCH_MS = 5 * SECOND_MS;
const AT_A_STRETCH = 50;

/**
 * Delivers what is due in a lane, one after the other, and tells when to look again. What became of each is in the
 * database before the next begins: whoever loses the answer asks anew.
 */
export async function deliverNext(deps: Deps, { lane }: DeliverEventInput): Promise<LaneStep> {
  try {
    const began = performance.now();
    for (let done = 0; ; done++) {
      const head = await headOfLane(deps.pool, lane);
      if (!head) return { waitMs: null };
      const waitMs = Math.max(0, head.nextAttemptAt - deps.clock.now());
      if (waitMs > 0 || done >= AT_A_STRETCH || performance.now() - began > AT_A_STRETCH_MS)
        return { waitMs };
      const verdict = await deliver(deps, head);
      await note(deps, head, verdict);
      if (head.endpointId !== null) await noteHealth(deps, head.endpointId, verdict);
    }
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

async function deliver(deps: Deps, delivery: Delivery): Promise<Verdict> {
  const event = await findEvent(deps.pool, delivery.eventId);
  if (!event) return { is: 'skipped', error: 'The event is gone.' };
  const row = event.integrationId === null ? null : await findIntegration(deps.pool, event.integrationId);
  const wanted: Wanted = { delivery, event, row };
  return delivery.endpointId === null
    ? deliverMail(deps, wanted)
    : deliverWebhook(deps, wanted, delivery.endpointId);
}

async function note(deps: Deps, { id, kind, tries }: Delivery, verdict: Verdict): Promise<void> {
  const now = deps.clock.now();
  const attempt = { status: null, ...verdict };
  const count = (outcome: string) => deps.counters.delivery(kind, outcome);
  switch (verdict.is) {
    case 'delivered':
    case 'failed':
    case 'skipped':
      await endDelivery(deps.pool, id, verdict.is, attempt, now);
      return count(verdict.is);
    case 'later':
      return postpone(deps.pool, id, verdict.error, now + verdict.waitMs);
    case 'refused': {
      const ladder = kind === 'email' ? MAIL_LADDER_MS : WEBHOOK_LADDER_MS;
      const pauseMs = pauseAfter(ladder, tries + 1, deps.random(), verdict.retryAfterMs);
      if (pauseMs === null) await endDelivery(deps.pool, id, 'failed', attempt, now);
      else await tryLater(deps.pool, id, attempt, now + pauseMs);
      return count(pauseMs === null ? 'failed' : 'refused');
    }
  }
}
