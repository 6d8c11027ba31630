import { Secret } from '../../../core/access/secret';
import { DAY_MS } from '../../../core/time';
import { type Sealer } from '../../encryption/sealer';
import { newId } from '../../ids';
import { type Db } from '../pool';

export const PAYLOAD_LIFE_MS = DAY_MS;

/** Stores encrypted text and returns a reference for workflows. */
export async function storePayload(
  db: Db,
  sealer: Sealer,
  payload: { integrationId: string; provider: string; purpose: string; text: string; lifeMs?: number },
  now: number,
): Promise<string> {
  const id = newId('txt');
  const context = payloadContext(id, payload);
  const { sealed, keyId } = await sealer.seal(new Secret(payload.text), context);
  await db.query(
    `insert into sealed_payloads (id, integration_id, purpose, sealed, key_id, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      payload.integrationId,
      payload.purpose,
      sealed,
      keyId,
      new Date(now),
      new Date(now + (payload.lifeMs ?? PAYLOAD_LIFE_MS)),
    ],
  );
  return id;
}

/** The text of a reference; null: it has expired. */
export async function readPayload(
  db: Db,
  sealer: Sealer,
  id: string,
  context: { integrationId: string; provider: string; purpose: string },
  now: number,
): Promise<Secret | null> {
  const { rows } = await db.query<{ sealed: Buffer; key_id: string }>(
    'select sealed, key_id from sealed_payloads where id = $1 and integration_id = $2 and expires_at > $3',
    [id, context.integrationId, new Date(now)],
  );
  const [row] = rows;
  return row ? sealer.open({ sealed: row.sealed, keyId: row.key_id }, payloadContext(id, context)) : null;
}

/** The encryption context of a text. */
export function payloadContext(id: string, of: { integrationId: string; provider: string; purpose: string }) {
  return { integration: of.integrationId, provider: of.provider, version: id, purpose: of.purpose };
}
