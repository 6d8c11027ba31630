import { type DisabledReason } from '../../../core/deliveries/deliveries';
import { type EventType } from '../../../core/deliveries/events';
import { type Secret } from '../../../core/access/secret';
import { type SealContext, type Sealer } from '../../encryption/sealer';
import { newId } from '../../ids';
import { skipPendingDeliveries } from './deliveries';
import { type Db, withTransaction } from '../pool';

export interface WebhookEndpoint {
  id: string;
  url: string;
  /** Event types, or only `*` for all. */
  events: (EventType | '*')[];
  /** Epoch ms. */
  createdAt: number;
  /** When the endpoint was disabled (epoch ms); null: enabled. */
  disabledAt: number | null;
  disabledReason: DisabledReason | null;
  /** Until when the previous secret signs as well (epoch ms); null: there is none. */
  oldSecretUntil: number | null;
}

const COLUMNS = `id, url, events, created_at, disabled_at, disabled_reason,
  (select expires_at from webhook_old_secrets where endpoint_id = webhook_endpoints.id) as old_secret_until`;

export const MAX_WEBHOOK_ENDPOINTS = 20;

/** The encryption context of an endpoint's secret. The endpoint's ID takes the place of an integration's. */
export function webhookSecretContext(id: string): SealContext {
  return { integration: id, provider: 'webhook', version: id, purpose: 'webhook-secret' };
}

/** Stores a new endpoint with its encrypted secret; null: the maximum is reached. */
export async function createWebhookEndpoint(
  pool: Db,
  sealer: Sealer,
  wanted: Pick<WebhookEndpoint, 'url' | 'events'> & { secret: Secret },
  now: number,
): Promise<WebhookEndpoint | null> {
  const id = newId('whe');
  const { sealed, keyId } = await sealer.seal(wanted.secret, webhookSecretContext(id));
  return withTransaction(pool, async (db) => {
    // Without the lock, two concurrent inserts could exceed the maximum.
    await db.query('lock table webhook_endpoints in share row exclusive mode');
    const { rows } = await db.query<Row>(
      `insert into webhook_endpoints (id, url, events, sealed, key_id, created_at)
       select $1, $2, $3, $4, $5, $6 where (select count(*) from webhook_endpoints) < $7
       returning ${COLUMNS}`,
      [id, wanted.url, wanted.events, sealed, keyId, new Date(now), MAX_WEBHOOK_ENDPOINTS],
    );
    return rows[0] ? endpointOf(rows[0]) : null;
  });
}

/** All endpoints, oldest first. */
export async function listWebhookEndpoints(db: Db): Promise<WebhookEndpoint[]> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from webhook_endpoints order by created_at, id`);
  return rows.map(endpointOf);
}

/** Removes an endpoint and its secret. False: it does not exist. */
export async function deleteWebhookEndpoint(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from webhook_endpoints where id = $1', [id]);
  return rowCount === 1;
}

/** Changes an endpoint's event types, and enables or disables it. Disabling skips its pending deliveries. */
export async function changeWebhookEndpoint(
  pool: Db,
  id: string,
  { enabled, events }: { enabled?: boolean; events?: WebhookEndpoint['events'] },
  now: number,
): Promise<WebhookEndpoint | null> {
  return withTransaction(pool, async (db) => {
    const { rows } = await db.query<Row>(
      `update webhook_endpoints set
         events = coalesce($2, events),
         disabled_at = case when $3::boolean then null when not $3 then coalesce(disabled_at, $4) else disabled_at end,
         disabled_reason = case when $3 then null when not $3 then coalesce(disabled_reason, 'by_hand')
                                else disabled_reason end,
         failing_since = case when $3 then null else failing_since end
       where id = $1 returning ${COLUMNS}`,
      [id, events ?? null, enabled ?? null, new Date(now)],
    );
    if (!rows[0]) return null;
    if (enabled === false) await skipPendingDeliveries(db, id, 'The endpoint is disabled.', now);
    return endpointOf(rows[0]);
  });
}

interface Row {
  id: string;
  url: string;
  events: WebhookEndpoint['events'];
  created_at: Date;
  disabled_at: Date | null;
  disabled_reason: DisabledReason | null;
  old_secret_until: Date | null;
}

function endpointOf(row: Row): WebhookEndpoint {
  const { id, url, events } = row;
  return {
    id,
    url,
    events,
    createdAt: row.created_at.getTime(),
    disabledAt: row.disabled_at?.getTime() ?? null,
    disabledReason: row.disabled_reason,
    oldSecretUntil: row.old_secret_until?.getTime() ?? null,
  };
}
