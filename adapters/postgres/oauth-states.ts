import { createHash, randomBytes } from 'node:crypto';
import { MINUTE_MS } from '../../core/time';
import { type Db } from './pool';

const STATE_LIFE_MS = 10 * MINUTE_MS;

export interface OAuthRound {
  integrationId: string;
  grantNo: number;
  returnTo: string | null;
}

/** Begins a round through the consent page. @returns the `state` to send along; only its hash is kept */
export async function beginRound(db: Db, round: OAuthRound, now: number): Promise<string> {
  const state = randomBytes(32).toString('base64url');
  await db.query(
    `insert into oauth_states (state_hash, integration_id, grant_no, return_to, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      hashOf(state),
      round.integrationId,
      round.grantNo,
      round.returnTo,
      new Date(now),
      new Date(now + STATE_LIFE_MS),
    ],
  );
  return state;
}

/** Takes a `state` that came back: once, and within ten minutes. */
export async function takeRound(db: Db, state: string, now: number): Promise<OAuthRound | null> {
  const { rows } = await db.query<{ integration_id: string; grant_no: number; return_to: string | null }>(
    `update oauth_states set used_at = $2 where state_hash = $1 and used_at is null and expires_at > $2
     returning integration_id, grant_no, return_to`,
    [hashOf(state), new Date(now)],
  );
  const [row] = rows;
  return row ? { integrationId: row.integration_id, grantNo: row.grant_no, returnTo: row.return_to } : null;
}

function hashOf(state: string): Buffer {
  return createHash('sha256').update(state).digest();
}
