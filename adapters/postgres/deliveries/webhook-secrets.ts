import { SECRET_OVERLAP_MS } from '../../../core/deliveries/delivery-policy';
import { type Secret } from '../../../core/access/secret';
import { type Sealer } from '../../encryption/sealer';
import { type Db, withTransaction } from '../pool';
import { webhookSecretContext } from './webhook-endpoints';

/** An endpoint's URL and signing secrets: the current one, and the previous one for a day after a rotation. */
export interface OpenEndpoint {
  url: string;
  secrets: [Secret, ...Secret[]];
  /** A disabled endpoint receives no events. */
  disabled: boolean;
}

/** null: the endpoint does not exist. */
export async function openWebhookEndpoint(
  db: Db,
  sealer: Sealer,
  id: string,
  now: number,
): Promise<OpenEndpoint | null> {
  const { rows } = await db.query<{
    url: string;
    sealed: Buffer;
    key_id: string;
    old_sealed: Buffer | null;
    old_key_id: string | null;
    disabled_at: Date | null;
  }>(
    `select url, e.sealed, e.key_id, disabled_at, o.sealed as old_sealed, o.key_id as old_key_id
     from webhook_endpoints e left join webhook_old_secrets o on o.endpoint_id = e.id and o.expires_at > $2
     where e.id = $1`,
    [id, new Date(now)],
  );
  const [row] = rows;
  if (!row) return null;
  const context = webhookSecretContext(id);
  const secret = await sealer.open({ sealed: row.sealed, keyId: row.key_id }, context);
  const old =
    row.old_sealed && (await sealer.open({ sealed: row.old_sealed, keyId: row.old_key_id ?? '' }, context));
  return {
    url: row.url,
    secrets: old ? [secret, old] : [secret],
    disabled: row.disabled_at !== null,
  };
}

/**
 * Gives an endpoint a new secret. The previous one signs as well for a day. An older one ends now.
 * @returns the end of that day, in epoch ms; null: the endpoint does not exist
 */
export async function rotateWebhookSecret(
  pool: Db,
  sealer: Sealer,
  id: string,
  secret: Secret,
  now: number,
): Promise<number | null> {
  const { sealed, keyId } = await sealer.seal(secret, webhookSecretContext(id));
  const until = now + SECRET_OVERLAP_MS;
  return withTransaction(pool, async (db) => {
    const { rowCount } = await db.query(
      `insert into webhook_old_secrets (endpoint_id, sealed, key_id, expires_at)
       select id, sealed, key_id, $2 from webhook_endpoints where id = $1 for update
       on conflict (endpoint_id) do update
         set sealed = excluded.sealed, key_id = excluded.key_id, expires_at = excluded.expires_at`,
      [id, new Date(until)],
    );
    if (rowCount !== 1) return null;
    await db.query('update webhook_endpoints set sealed = $2, key_id = $3 where id = $1', [
      id,
      sealed,
      keyId,
    ]);
    return until;
  });
}
