import { withTransaction } from '../../adapters/postgres/pool';
import {
  disableWebhookEndpoint,
  noteRefused,
  noteTaken,
} from '../../adapters/postgres/deliveries/webhook-health';
import { type Verdict } from './delivery-outcome';
import { type Deps } from '../deps';

/** Notes whether an endpoint takes anything. One that is gone, or has taken nothing for days, is disabled. */
export async function noteHealth(deps: Deps, endpointId: string, verdict: Verdict): Promise<void> {
  if (verdict.is === 'delivered') return noteTaken(deps.pool, endpointId);
  if (verdict.is !== 'failed' && verdict.is !== 'refused') return;
  await withTransaction(deps.pool, async (db) => {
    const now = deps.clock.now();
    const failsForLong = await noteRefused(db, endpointId, now);
    if (verdict.is === 'failed') await disableWebhookEndpoint(db, endpointId, 'gone', now);
    else if (failsForLong) await disableWebhookEndpoint(db, endpointId, 'failing', now);
  });
}
