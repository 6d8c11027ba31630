import { type Scope } from '../../../core/access/scopes';
import { type Secret } from '../../../core/access/secret';
import { MINUTE_MS } from '../../../core/time';
import { sha256 } from '../../digest';
import { newId } from '../../ids';
import { type Db } from '../pool';

export interface ApiKey {
  id: string;
  name: string;
  scopes: Scope[];
  /** The owners the key is limited to; null: all. */
  ownerRefs: string[] | null;
  /** Epoch ms, like all instants here. */
  createdAt: number;
  expiresAt: number | null;
  /** Rounded to the minute. */
  lastUsedAt: number | null;
}

/** The maximum number of keys that are neither revoked nor expired. */
export const MAX_API_KEYS = 1_000;
const LAST_USED_PRECISION_MS = MINUTE_MS;
const LIVE = 'revoked_at is null and (expires_at is null or expires_at > $1)';

/** Stores a new key as a hash; null: the maximum is reached. */
export async function createApiKey(
  db: Db,
  key: Secret,
  wanted: Pick<ApiKey, 'name' | 'scopes' | 'ownerRefs' | 'expiresAt'>,
  now: number,
): Promise<ApiKey | null> {
  const { rows } = await db.query(
    `insert into api_keys (id, name, key_hash, scopes, owner_refs, created_at, expires_at)
     select $2, $3, $4, $5, $6, $1, $7 where (select count(*) from api_keys where ${LIVE}) < $8
     returning *`,
    [
      new Date(now),
      newId('key'),
      wanted.name,
      sha256(key.reveal()),
      wanted.scopes,
      wanted.ownerRefs,
      wanted.expiresAt === null ? null : new Date(wanted.expiresAt),
      MAX_API_KEYS,
    ],
  );
  return rows[0] ? apiKeyOf(rows[0]) : null;
}

/**
 * The key with this hash, unless it is revoked or expired. Records its use. The lookup by hash reveals nothing through
 * its timing.
 */
export async function useApiKey(db: Db, keyHash: Buffer, now: number): Promise<ApiKey | null> {
  const { rows } = await db.query(`select * from api_keys where ${LIVE} and key_hash = $2`, [
    new Date(now),
    keyHash,
  ]);
  if (!rows[0]) return null;
  const key = apiKeyOf(rows[0]);
  if (key.lastUsedAt === null || now - key.lastUsedAt >= LAST_USED_PRECISION_MS)
    await db.query('update api_keys set last_used_at = $2 where id = $1', [key.id, new Date(now)]);
  return key;
}

/** Valid keys, oldest first. */
export async function listApiKeys(db: Db, now: number): Promise<ApiKey[]> {
  const { rows } = await db.query(`select * from api_keys where ${LIVE} order by created_at, id`, [
    new Date(now),
  ]);
  return rows.map(apiKeyOf);
}

/** Whether a key with this ID exists or existed. */
export async function wasApiKey(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from api_keys where id = $1', [id]);
  return rowCount === 1;
}

/** Revokes a key immediately. False: the key never existed. */
export async function revokeApiKey(db: Db, id: string, now: number): Promise<boolean> {
  const { rowCount } = await db.query(
    'update api_keys set revoked_at = coalesce(revoked_at, $2) where id = $1',
    [id, new Date(now)],
  );
  return rowCount === 1;
}

function apiKeyOf(row: { [column: string]: unknown }): ApiKey {
  const { id, name, scopes, owner_refs, created_at, expires_at, last_used_at } = row as {
    id: string;
    name: string;
    scopes: Scope[];
    owner_refs: string[] | null;
    created_at: Date;
    expires_at: Date | null;
    last_used_at: Date | null;
  };
  return {
    id,
    name,
    scopes,
    ownerRefs: owner_refs,
    createdAt: created_at.getTime(),
    expiresAt: expires_at?.getTime() ?? null,
    lastUsedAt: last_used_at?.getTime() ?? null,
  };
}
