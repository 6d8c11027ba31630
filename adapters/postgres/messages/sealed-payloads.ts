import { Secret } from '../../../core/access/secret';
import { DAY_MS } from '../../../core/time';
import { type Sealer } from '../../encryption/sealer';
import { madeAt, newTimedId } from '../../ids';
import { type Db } from '../pool';

export const PAYLOAD_LIFE_MS = DAY_MS;
/** An id that claims to be older was not made here. */
const KNOWN_FOR_MS = 400 * DAY_MS;

/** Stores encrypted text and returns a reference for workflows. */
export async function storePayload(
  db: Db,
  sealer: Sealer,
  payload: { integrationId: string; provider: string; purpose: string; text: string; lifeMs?: number },
  now: number,
): Promise<string> {
  const id = newTimedId('txt', now);
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

/** What became of a reference. */
export type OpenedText<Purpose extends string> =
  { is: 'open'; purpose: Purpose; text: Secret } | { is: 'expired' } | { is: 'unknown' };

/**
 * Opens a reference of this integration that was stored for one of these purposes. Those that are gone for their age
 * are told from those that never were, or were erased, by their id.
 */
export async function openPayload<Purpose extends string>(
  db: Db,
  sealer: Sealer,
  id: string,
  of: { integrationId: string; provider: string; purposes: readonly Purpose[] },
  now: number,
): Promise<OpenedText<Purpose>> {
  const { rows } = await db.query<{ sealed: Buffer; key_id: string; purpose: string; expires_at: Date }>(
    'select sealed, key_id, purpose, expires_at from sealed_payloads where id = $1 and integration_id = $2',
    [id, of.integrationId],
  );
  const [row] = rows;
  const ageMs = now - madeAt(id);
  if (!row) return { is: ageMs >= PAYLOAD_LIFE_MS && ageMs < KNOWN_FOR_MS ? 'expired' : 'unknown' };
  const purpose = of.purposes.find((one) => one === row.purpose);
  if (purpose === undefined) return { is: 'unknown' };
  if (row.expires_at.getTime() <= now) return { is: 'expired' };
  const context = payloadContext(id, { ...of, purpose });
  return {
    is: 'open',
    purpose,
    text: await sealer.open({ sealed: row.sealed, keyId: row.key_id }, context),
  };
}

/** The text of a reference; null: it is gone. */
export async function readPayload(
  db: Db,
  sealer: Sealer,
  id: string,
  { purpose, ...of }: { integrationId: string; provider: string; purpose: string },
  now: number,
): Promise<Secret | null> {
  const opened = await openPayload(db, sealer, id, { ...of, purposes: [purpose] }, now);
  return opened.is === 'open' ? opened.text : null;
}

/** The encryption context of a text. */
export function payloadContext(id: string, of: { integrationId: string; provider: string; purpose: string }) {
  return { integration: of.integrationId, provider: of.provider, version: id, purpose: of.purpose };
}
