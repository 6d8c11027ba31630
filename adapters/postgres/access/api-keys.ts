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
  /** The key, `bootstrap` or `proxy` that made it; null: made by an earlier release. */
  createdBy: string | null;
  /** 1: made by the bootstrap key or a user of the proxy, 2: made by such a key, … */
  generation: number;
  /** The first key of its line that is limited to owners; null: none is. */
  limitedBy: string | null;
  /** Epoch ms, like all instants here. */
  createdAt: number;
  expiresAt: number | null;
  /** Rounded to the minute. */
  lastUsedAt: number | null;
}

const LAST_USED_PRECISION_MS = MINUTE_MS;
const LIVE = 'revoked_at is null and (expires_at is null or expires_at > $1)';

/** Why no key was made: its maker is no longer valid, or has as many as it may have. */
export type KeyRefusal = 'maker_over' | 'quota';

/**
 * Stores a new key as a hash. Its maker's row is locked against revocation meanwhile, so that none escapes it: call inside
 * a transaction.
 * @param maker `id`: a key's, `bootstrap` or `proxy`; `generation`: 0 for the latter two; `quota`: of valid keys it has made
 */
export async function createApiKey(
  db: Db,
  key: Secret,
  wanted: Pick<ApiKey, 'name' | 'scopes' | 'ownerRefs' | 'expiresAt'>,
  maker: { id: string; generation: number; limitedBy: string | null; quota: number },
  now: number,
): Promise<ApiKey | KeyRefusal> {
  const id = newId('key');
  if (maker.generation > 0) {
    // One at a time per maker: two at once could both be the last one.
    const { rowCount } = await db.query(`select 1 from api_keys where id = $2 and ${LIVE} for update`, [
      new Date(now),
      maker.id,
    ]);
    if (rowCount === 0) return 'maker_over';
  }
  const { rows } = await db.query(
    `insert into api_keys (id, name, key_hash, scopes, owner_refs, created_at, expires_at, created_by, generation, limited_by)
     select $2, $3, $4, $5, $6, $1, $7, $8, $9, $10
     where (select count(*) from api_keys where ${LIVE} and created_by = $8) < $11
     returning *`,
    [
      new Date(now),
      id,
      wanted.name,
      sha256(key.reveal()),
      wanted.scopes,
      wanted.ownerRefs,
      wanted.expiresAt === null ? null : new Date(wanted.expiresAt),
      maker.id,
      maker.generation + 1,
      maker.limitedBy ?? (wanted.ownerRefs === null ? null : id),
      maker.quota,
    ],
  );
  return rows[0] ? apiKeyOf(rows[0]) : 'quota';
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

/**
 * Revokes a key and every key that it made, and those made. Call inside a transaction.
 * @returns the IDs of those that were not revoked before; null: the key never existed
 */
export async function revokeApiKey(db: Db, id: string, now: number): Promise<string[] | null> {
  const revoked: string[] = [];
  // Again until nothing is left: a key that was being made holds its maker's row, and is seen the next time.
  for (;;) {
    const { rows } = await db.query<{ id: string }>(
      `with recursive line as (
         select id from api_keys where id = $1
         union select k.id from api_keys k join line on k.created_by = line.id
       )
       update api_keys set revoked_at = $2 where id in (select id from line) and revoked_at is null returning id`,
      [id, new Date(now)],
    );
    revoked.push(...rows.map((row) => row.id));
    if (rows.length === 0) return revoked.length > 0 || (await wasApiKey(db, id)) ? revoked : null;
  }
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
    createdBy: row.created_by as string | null,
    generation: row.generation as number,
    limitedBy: row.limited_by as string | null,
    createdAt: created_at.getTime(),
    expiresAt: expires_at?.getTime() ?? null,
    lastUsedAt: last_used_at?.getTime() ?? null,
  };
}
