import { MINUTE_MS } from '../../../core/time';
import { newSecretText, sha256 } from '../../digest';
import { type Db } from '../pool';

export const OAUTH_STATE_LIFE_MS = 10 * MINUTE_MS;

export interface OAuthState {
  integrationId: string;
  grantNo: number;
  returnTo: string | null;
}

/**
 * Starts the OAuth flow.
 * @param browser the value of the browser's cookie
 * @returns the `state` parameter, stored as a hash only
 */
export async function createOAuthState(
  db: Db,
  round: OAuthState,
  browser: string,
  now: number,
): Promise<string> {
  const state = newSecretText();
  await db.query(
    `insert into oauth_states (state_hash, integration_id, grant_no, return_to, browser_hash, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      sha256(state),
      round.integrationId,
      round.grantNo,
      round.returnTo,
      sha256(browser),
      new Date(now),
      new Date(now + OAUTH_STATE_LIFE_MS),
    ],
  );
  return state;
}

/**
 * Consumes a returned `state`: once, within ten minutes, and only in the browser it was created for. An attempt in
 * another browser does not consume it.
 */
export async function consumeOAuthState(
  db: Db,
  state: string,
  browser: string,
  now: number,
): Promise<OAuthState | null> {
  const { rows } = await db.query<{ integration_id: string; grant_no: number; return_to: string | null }>(
    `update oauth_states set used_at = $2 where state_hash = $1 and browser_hash = $3 and used_at is null and expires_at > $2
     returning integration_id, grant_no, return_to`,
    [sha256(state), new Date(now), sha256(browser)],
  );
  const [row] = rows;
  return row ? { integrationId: row.integration_id, grantNo: row.grant_no, returnTo: row.return_to } : null;
}
