import { HOUR_MS, MINUTE_MS } from '../../../core/time';
import { newSecretText, sha256 } from '../../digest';
import { type Db } from '../pool';

export const SIGN_IN_LIFE_MS = 10 * MINUTE_MS;
export const SESSION_LIFE_MS = 12 * HOUR_MS;

/**
 * Begins what somebody may sign in to the console by: once, within ten minutes.
 * @param keyHash of the API key that asked for it
 * @returns the text to give them; only its hash is kept
 */
export async function createSignIn(db: Db, keyHash: Buffer, now: number): Promise<string> {
  const text = newSecretText();
  await db.query(
    'insert into sign_ins (token_hash, key_hash, created_at, expires_at) values ($1, $2, $3, $4)',
    [sha256(text), keyHash, new Date(now), new Date(now + SIGN_IN_LIFE_MS)],
  );
  return text;
}

/** Uses a sign-in up. @returns the hash of the key it was made with, or null when it is unknown, used or over */
export async function redeemSignIn(db: Db, text: string, now: number): Promise<Buffer | null> {
  const { rows } = await db.query<{ key_hash: Buffer; expires_at: Date }>(
    'delete from sign_ins where token_hash = $1 returning key_hash, expires_at',
    [sha256(text)],
  );
  const [row] = rows;
  return row && now < row.expires_at.getTime() ? row.key_hash : null;
}

/** Signs somebody in. @returns what their cookie holds */
export async function createSession(db: Db, keyHash: Buffer, now: number): Promise<string> {
  const text = newSecretText();
  await db.query(
    'insert into sessions (session_hash, key_hash, created_at, expires_at) values ($1, $2, $3, $4)',
    [sha256(text), keyHash, new Date(now), new Date(now + SESSION_LIFE_MS)],
  );
  return text;
}

/** The hash of the key behind a session that has not ended. Whether that key still works is for the caller to see. */
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
