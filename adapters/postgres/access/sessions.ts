import { HOUR_MS, MINUTE_MS } from '../../../core/time';
import { newSecretText, sha256 } from '../../digest';
import { type Db } from '../pool';

export const SIGN_IN_LIFE_MS = 10 * MINUTE_MS;
export const SESSION_LIFE_MS = 12 * HOUR_MS;

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

/** Starts a session. @returns the value of the session cookie */
export async function createSession(db: Db, keyHash: Buffer, now: number): Promise<string> {
  const text = newSecretText();
  await db.query(
    'insert into sessions (session_hash, key_hash, created_at, expires_at) values ($1, $2, $3, $4)',
    [sha256(text), keyHash, new Date(now), new Date(now + SESSION_LIFE_MS)],
  );
  return text;
}

/** The hash of the API key of an active session. The caller checks whether that key is still valid. */
export async function findSession(db: Db, text: string, now: number): Promise<Buffer | null> {
  const { rows } = await db.query<{ key_hash: Buffer }>(
    'select key_hash from sessions where session_hash = $1 and expires_at > $2',
    [sha256(text), new Date(now)],
  );
  return rows[0]?.key_hash ?? null;
}

export async function endSession(db: Db, text: string): Promise<void> {
  await db.query('delete from sessions where session_hash = $1', [sha256(text)]);
}
