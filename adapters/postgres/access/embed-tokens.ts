import { newId } from '../../ids';
import { type Db } from '../pool';

/** A token for one owner's page, as it is listed. Its text is signed and not kept. Instants are epoch ms. */
export interface EmbedTokenRow {
  id: string;
  ownerRef: string;
  /** ID of the API key, or `bootstrap`. */
  createdBy: string;
  createdAt: number;
  expiresAt: number;
}

/** @returns its ID */
export async function addEmbedToken(
  db: Db,
  { ownerRef, createdBy, createdAt, expiresAt }: Omit<EmbedTokenRow, 'id'>,
): Promise<string> {
  const id = newId('emb');
  await db.query(
    'insert into embed_tokens (id, owner_ref, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5)',
    [id, ownerRef, createdBy, new Date(createdAt), new Date(expiresAt)],
  );
  return id;
}

export async function isEmbedTokenRevoked(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from embed_tokens where id = $1 and revoked_at is null', [
    id,
  ]);
  return rowCount === 0;
}

/** Valid tokens, newest first. Those of a revoked or expired key are over. @param before the last one of the page before */
export async function listEmbedTokens(
  db: Db,
  filter: {
    ownerRef: string | null;
    createdBy: string | null;
    /** Only of these owners; null: of all. */
    ownerRefs: readonly string[] | null;
    now: number;
  },
  before: { createdAt: number; id: string } | null,
  limit: number,
): Promise<EmbedTokenRow[]> {
  const { rows } = await db.query(
    `select e.* from embed_tokens e left join api_keys k on k.id = e.created_by
     where e.expires_at > $1 and e.revoked_at is null
       and k.revoked_at is null and (k.expires_at is null or k.expires_at > $1)
       and ($2::text is null or e.owner_ref = $2)
       and ($3::text is null or e.created_by = $3)
       and ($4::text[] is null or e.owner_ref = any ($4))
       and ($5::timestamptz is null or (e.created_at, e.id) < ($5, $6))
     order by e.created_at desc, e.id desc limit $7`,
    [
      new Date(filter.now),
      filter.ownerRef,
      filter.createdBy,
      filter.ownerRefs,
      before && new Date(before.createdAt),
      before?.id ?? '',
      limit,
    ],
  );
  return rows.map((row: { [column: string]: unknown }) => ({
    id: row.id as string,
    ownerRef: row.owner_ref as string,
    createdBy: row.created_by as string,
    createdAt: (row.created_at as Date).getTime(),
    expiresAt: (row.expires_at as Date).getTime(),
  }));
}

/**
 * Ends a token, and the links made with it.
 * @param ownerRefs only of these owners; null: of all
 * @returns its owner, and whether it was revoked before; null: there is none
 */
export async function revokeEmbedToken(
  db: Db,
  id: string,
  ownerRefs: readonly string[] | null,
  now: number,
): Promise<{ ownerRef: string; wasRevoked: boolean } | null> {
  const { rows } = await db.query<{ owner_ref: string; was_revoked: boolean }>(
    `update embed_tokens e set revoked_at = coalesce(e.revoked_at, $2) from embed_tokens was
     where e.id = $1 and was.id = e.id and ($3::text[] is null or e.owner_ref = any ($3))
     returning e.owner_ref, was.revoked_at is not null as was_revoked`,
    [id, new Date(now), ownerRefs],
  );
  return rows[0] ? { ownerRef: rows[0].owner_ref, wasRevoked: rows[0].was_revoked } : null;
}
