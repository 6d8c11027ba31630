import { z } from 'zod';
import { HOLDING_LIFE_MS, type Holding, ROUND_LEASE_MS } from '../../../core/access/connect-policy';
import { Secret } from '../../../core/access/secret';
import { type SealContext, type Sealed, type Sealer } from '../../encryption/sealer';
import { newId } from '../../ids';
import { type Integration } from '../integrations/integration-row';
import { type Db } from '../pool';

const text = z.string().transform((value) => new Secret(value));
const granted = { scopedId: z.string().nullable(), scopes: z.array(z.string()) };
const held = z.discriminatedUnion('holds', [
  z.object({ holds: z.literal('code'), code: text, redirectUri: z.string() }),
  z.object({ holds: z.literal('short_lived'), token: text, ...granted }),
  z.object({
    holds: z.literal('long_lived'),
    token: text,
    ...granted,
    issuedAt: z.number(),
    expiresAt: z.number(),
    refreshAt: z.number().optional(),
    lifetimeClamped: z.boolean(),
  }),
]);

/** What a round has got from Instagram so far. `scopes` is empty where Instagram named none. */
export type Held = z.output<typeof held>;
export type HeldLongLived = Extract<Held, { holds: 'long_lived' }>;

interface SealedHolding extends Sealed {
  id: string;
  holds: Holding;
}

type Owner = Pick<Integration, 'id' | 'provider'>;
interface RoundKey {
  stateHash: Buffer;
}

export function holdingContext(id: string, { id: integration, provider }: Owner): SealContext {
  return { integration, provider, version: id, purpose: 'oauth_holding' };
}

export async function sealHolding(sealer: Sealer, owner: Owner, holding: Held): Promise<SealedHolding> {
  const id = newId('hld');
  const secret =
    holding.holds === 'code' ? { code: holding.code.reveal() } : { token: holding.token.reveal() };
  const plain = new Secret(JSON.stringify({ ...holding, ...secret }));
  return { id, holds: holding.holds, ...(await sealer.seal(plain, holdingContext(id, owner))) };
}

/** Replaces what the round held before. Call inside a transaction. */
export async function putHolding(
  db: Db,
  { stateHash, integrationId }: RoundKey & { integrationId: string },
  { id, holds, sealed, keyId }: SealedHolding,
): Promise<void> {
  await db.query(
    `insert into oauth_holdings (id, state_hash, integration_id, holds, sealed, key_id)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (state_hash) do update
       set id = excluded.id, holds = excluded.holds, sealed = excluded.sealed, key_id = excluded.key_id`,
    [id, stateHash, integrationId, holds, sealed, keyId],
  );
}

/**
 * Stores what was exchanged for `before`, and goes on with the lease.
 * @returns the round's new end in epoch ms; null: it is over, or further, already
 */
export async function advanceHolding(
  db: Db,
  { stateHash }: RoundKey,
  before: Holding,
  { id, holds, sealed, keyId }: SealedHolding,
  now: number,
): Promise<number | null> {
  const expiresAt = now + HOLDING_LIFE_MS[holds];
  const { rowCount } = await db.query(
    `with advanced as (
       update oauth_holdings set id = $2, holds = $3, sealed = $4, key_id = $5
       where state_hash = $1 and holds = $6 returning state_hash
     )
     update oauth_states set expires_at = $7, leased_until = $8 from advanced
     where oauth_states.state_hash = advanced.state_hash`,
    [stateHash, id, holds, sealed, keyId, before, new Date(expiresAt), new Date(now + ROUND_LEASE_MS)],
  );
  return rowCount === 1 ? expiresAt : null;
}

/** @throws KeyUnavailable | DecryptFailed */
export async function openHolding(
  db: Db,
  sealer: Sealer,
  { stateHash }: RoundKey,
  owner: Owner,
): Promise<Held | null> {
  const { rows } = await db.query<{ id: string; sealed: Buffer; key_id: string }>(
    'select id, sealed, key_id from oauth_holdings where state_hash = $1',
    [stateHash],
  );
  const [row] = rows;
  if (!row) return null;
  const plain = await sealer.open({ sealed: row.sealed, keyId: row.key_id }, holdingContext(row.id, owner));
  return held.parse(JSON.parse(plain.reveal()));
}

/** Nothing of the integration's rounds under way is kept: their results are too late. */
export async function eraseHoldings(db: Db, integrationId: string): Promise<void> {
  await db.query('delete from oauth_holdings where integration_id = $1', [integrationId]);
}
