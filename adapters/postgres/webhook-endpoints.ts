import { type Pool } from 'pg';
import { type EventType } from '../../core/events';
import { type Secret } from '../../core/secret';
import { type SealContext, type Sealer } from '../encryption/sealer';
import { newId } from '../ids';
import { type Db, withTransaction } from './pool';

export interface WebhookEndpoint {
  id: string;
  url: string;
  /** Types of events, or only `*`: all. */
  events: (EventType | '*')[];
  /** Epoch ms. */
  createdAt: number;
}

export const MAX_WEBHOOK_ENDPOINTS = 20;

/** What an endpoint's secret is sealed under: no integration's, so the endpoint's id stands for one. */
export function webhookSecretContext(id: string): SealContext {
  return { integration: id, provider: 'webhook', version: id, purpose: 'webhook-secret' };
}

/** Stores a new endpoint with its sealed secret; null when there are too many. */
export async function createWebhookEndpoint(
  pool: Pool,
  sealer: Sealer,
  wanted: Pick<WebhookEndpoint, 'url' | 'events'> & { secret: Secret },
  now: number,
): Promise<WebhookEndpoint | null> {
  const id = newId('whe');
  const { sealed, keyId } = await sealer.seal(wanted.secret, webhookSecretContext(id));
  return withTransaction(pool, async (db) => {
    // Two at once would each count without the other.
    await db.query('lock table webhook_endpoints in share row exclusive mode');
    const { rows } = await db.query<Row>(
      `insert into webhook_endpoints (id, url, events, sealed, key_id, created_at)
       select $1, $2, $3, $4, $5, $6 where (select count(*) from webhook_endpoints) < $7
       returning id, url, events, created_at`,
      [id, wanted.url, wanted.events, sealed, keyId, new Date(now), MAX_WEBHOOK_ENDPOINTS],
    );
    return rows[0] ? endpointOf(rows[0]) : null;
  });
}

/** All endpoints, oldest first. */
export async function listWebhookEndpoints(db: Db): Promise<WebhookEndpoint[]> {
  const { rows } = await db.query<Row>(
    'select id, url, events, created_at from webhook_endpoints order by created_at, id',
  );
  return rows.map(endpointOf);
}

/** Where to send to, and the secret that signs; null when there is no such endpoint. */
export async function openWebhookEndpoint(
  db: Db,
  sealer: Sealer,
  id: string,
): Promise<{ url: string; secret: Secret } | null> {
  const { rows } = await db.query<{ url: string; sealed: Buffer; key_id: string }>(
    'select url, sealed, key_id from webhook_endpoints where id = $1',
    [id],
  );
  const [row] = rows;
  if (!row) return null;
  const sealed = { sealed: row.sealed, keyId: row.key_id };
  return { url: row.url, secret: await sealer.open(sealed, webhookSecretContext(id)) };
}

/** Removes an endpoint with its secret. False when there is no such endpoint. */
export async function deleteWebhookEndpoint(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from webhook_endpoints where id = $1', [id]);
  return rowCount === 1;
}

interface Row {
  id: string;
  url: string;
  events: WebhookEndpoint['events'];
  created_at: Date;
}

function endpointOf({ id, url, events, created_at }: Row): WebhookEndpoint {
  return { id, url, events, createdAt: created_at.getTime() };
}
