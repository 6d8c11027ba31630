import { type Position } from '../integrations/integrations';
import { HOUR_MS, MINUTE_MS } from '../../../core/time';
import { newSecretText, sha256 } from '../../digest';
import { type Db } from '../pool';

export const SIGN_IN_LIFE_MS = 10 * MINUTE_MS;
export const SESSION_LIFE_MS = 12 * HOUR_MS;
const LAST_USED_PRECISION_MS = MINUTE_MS;

/**
 * Creates a one-time sign-in for the console, valid for ten minutes.
 * @param keyHash hash of the API key that requested it
 * @returns the token of the sign-in link, stored as a hash only
 */
export async function createSignIn(db: Db, keyHash: Buffer, now: number): Promise<string> {
  const text = newSecretText();
  await db.query(
    'insert into sign_ins (token_hash, key_hash, created_at, expires_at) values ($1, $2, $3, $4)',
    [sha256(text), keyHash, new Date(now), new Date(now + SIGN_IN_LIFE_MS)],
  );
  return text;
}

/** Redeems a sign-in. @returns the hash of its API key; null: unknown, used or expired */
export async function redeemSignIn(db: Db, text: string, now: number): Promise<Buffer | null> {
  const { rows } = await db.query<{ key_hash: Buffer; expires_at: Date }>(
    'delete from sign_ins where token_hash = $1 returning key_hash, expires_at',
    [sha256(text)],
  );
  const [row] = rows;
  return row && now < row.expires_at.getTime() ? row.key_hash : null;
}

/** Starts a session. @param address of the client @returns its ID, and the value of the session cookie */
export async function createSession(
  db: Db,
  keyHash: Buffer,
  address: string,
  now: number,
): Promise<{ id: string; text: string }> {
  const text = newSecretText();
  const { rows } = await db.query<{ id: string }>(
    `insert into sessions (session_hash, key_hash, created_at, expires_at, address)
     values ($1, $2, $3, $4, $5) returning id`,
    [sha256(text), keyHash, new Date(now), new Date(now + SESSION_LIFE_MS), address],
  );
  return { id: rows[0]?.id ?? '', text };
}

/** An active session, and the hash of its API key. The caller checks whether that key is still valid. */
export async function useSession(
  db: Db,
  text: string,
  now: number,
): Promise<{ id: string; keyHash: Buffer } | null> {
  const { rows } = await db.query<{ id: string; key_hash: Buffer; last_used_at: Date | null }>(
    'select id, key_hash, last_used_at from sessions where session_hash = $1 and expires_at > $2',
    [sha256(text), new Date(now)],
  );
  const [row] = rows;
  if (!row) return null;
  if (row.last_used_at === null || now - row.last_used_at.getTime() >= LAST_USED_PRECISION_MS)
    await db.query('update sessions set last_used_at = $2 where id = $1', [row.id, new Date(now)]);
  return { id: row.id, keyHash: row.key_hash };
}

/** @returns its ID; null: it was over */
export async function endSession(db: Db, text: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    'delete from sessions where session_hash = $1 returning id',
    [sha256(text)],
  );
  return rows[0]?.id ?? null;
}

/** A session of the console, as it is listed. Instants are epoch ms. */
export interface Session {
  id: string;
  /** The key it was begun with; null: the bootstrap key. */
  key: { id: string; name: string } | null;
  /** Of the client that signed in; null: an earlier release kept none. */
  address: string | null;
  createdAt: number;
  expiresAt: number;
  /** Rounded to the minute. */
  lastUsedAt: number | null;
}

/** Active sessions whose key is valid, newest first. */
export async function listSessions(
  db: Db,
  filter: {
    /** Only of keys limited to some of these owners; null: of all. */
    ownerRefs: readonly string[] | null;
    bootstrapHash: Buffer | null;
    /** By the clock of sessions and by that of keys: they differ in a sandbox. */
    now: number;
    keysNow: number;
  },
  before: Position | null,
  limit: number,
): Promise<Session[]> {
  const { rows } = await db.query(
    `select s.*, k.id as key_id, k.name as key_name from sessions s left join api_keys k on k.key_hash = s.key_hash
     where s.expires_at > $1
       and (s.key_hash = $2 or (k.revoked_at is null and (k.expires_at is null or k.expires_at > $3) and k.id is not null))
       and ($4::text[] is null or k.owner_refs <@ $4)
       and ($5::timestamptz is null or (s.created_at, s.id) < ($5, $6))
     order by s.created_at desc, s.id desc limit $7`,
    [
      new Date(filter.now),
      filter.bootstrapHash,
      new Date(filter.keysNow),
      filter.ownerRefs,
      before && new Date(before.createdAt),
      before?.id ?? '',
      limit,
    ],
  );
  return rows.map(sessionOf);
}

/** @param ownerRefs only of keys limited to some of these owners; null: of all. @returns false: there is none */
export async function endSessionById(
  db: Db,
  id: string,
  ownerRefs: readonly string[] | null,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `delete from sessions where id = $1 and ($2::text[] is null
       or key_hash in (select key_hash from api_keys where owner_refs <@ $2))`,
    [id, ownerRefs],
  );
  return rowCount === 1;
}

function sessionOf(row: { [column: string]: unknown }): Session {
  return {
    id: row.id as string,
    key: row.key_id === null ? null : { id: row.key_id as string, name: row.key_name as string },
    address: row.address as string | null,
    createdAt: (row.created_at as Date).getTime(),
    expiresAt: (row.expires_at as Date).getTime(),
    lastUsedAt: (row.last_used_at as Date | null)?.getTime() ?? null,
  };
}
