import { type DisabledReason } from '../../../core/deliveries/deliveries';
import { DISABLE_AFTER_MS } from '../../../core/deliveries/delivery-policy';
import { skipPendingDeliveries } from './deliveries';
import { addGeneralEvent } from './events';
import { type Db } from '../pool';

/** A successful delivery ends a series of failures. */
export async function recordEndpointSuccess(db: Db, endpointId: string): Promise<void> {
  await db.query(
    'update webhook_endpoints set failing_since = null where id = $1 and failing_since is not null',
    [endpointId],
  );
}

/** @returns whether the endpoint has failed for so long that it should be disabled */
export async function recordEndpointFailure(db: Db, endpointId: string, now: number): Promise<boolean> {
  const { rows } = await db.query<{ failing_since: Date }>(
    'update webhook_endpoints set failing_since = coalesce(failing_since, $2) where id = $1 returning failing_since',
    [endpointId, new Date(now)],
  );
  const since = rows[0]?.failing_since.getTime();
  return since !== undefined && now - since >= DISABLE_AFTER_MS;
}

/** Disables an endpoint, with one event for operators. Call inside a transaction. */
export async function disableWebhookEndpoint(
  db: Db,
  id: string,
  why: Exclude<DisabledReason, 'by_hand'>,
  now: number,
): Promise<void> {
  const { rows } = await db.query<{ url: string }>(
    `update webhook_endpoints set disabled_at = $2, disabled_reason = $3
     where id = $1 and disabled_at is null returning url`,
    [id, new Date(now), why],
  );
  if (!rows[0]) return;
  await skipPendingDeliveries(db, id, 'The endpoint was disabled.', now);
  // The rest of the URL may contain a secret.
  const { host } = new URL(rows[0].url);
  await addGeneralEvent(db, { type: 'webhook.disabled', data: { endpointId: id, host, why } }, now);
}
