import { type Pool } from 'pg';
import { type ConnectRefusal } from '../../../core/access/connect-refusals';
import { HOLDING_LIFE_MS, OAUTH_STATE_LIFE_MS, ROUND_LEASE_MS } from '../../../core/access/connect-policy';
import { type Secret } from '../../../core/access/secret';
import { type ConnectResult } from '../../../core/text/owner-pages';
import { newSecretText, sha256 } from '../../digest';
import { type Sealer } from '../../encryption/sealer';
import { type Integration } from '../integrations/integration-row';
import { type Db, withTransaction } from '../pool';
import { type RoundLink, roundLink } from './connect-links';
import { putHolding, sealHolding } from './oauth-holdings';

/** What a round is begun with: what its link says. */
export interface OAuthState extends RoundLink {
  integrationId: string;
  grantNo: number;
  returnTo: string | null;
}

/** How a round ended. */
export interface RoundOutcome {
  result: ConnectResult;
  refusal: ConnectRefusal | null;
  /** The account that Instagram returned, if it is a different one. */
  other: string | null;
  /** The integration that has the account now, or the one that the round was begun for. */
  integrationId: string;
  /** The grant that it made; null: none, or an earlier release's. */
  grantNo: number | null;
}

/** One way of an owner through Instagram's consent page and back. Instants are epoch ms. */
export interface Round {
  stateHash: Buffer;
  /** The link that it was begun with. */
  link: OAuthState;
  integrationId: string;
  grantNo: number;
  returnTo: string | null;
  expiresAt: number;
  codeHash: Buffer | null;
  /** How often a process has set about it. */
  tries: number;
  leasedUntil: number | null;
  /** null: there is nothing to do. */
  nextTryAt: number | null;
  /** What stands in the way of a round that is not over. */
  obstacle: ConnectRefusal | null;
  /** null: it is not over. */
  outcome: RoundOutcome | null;
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
    `insert into oauth_states (state_hash, integration_id, grant_no, return_to, browser_hash, created_at, expires_at, link)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      sha256(state),
      round.integrationId,
      round.grantNo,
      round.returnTo,
      sha256(browser),
      new Date(now),
      new Date(now + OAUTH_STATE_LIFE_MS),
      JSON.stringify(roundLink.parse(round)),
    ],
  );
  return state;
}

/** The round of a returned `state`: until it lapses, and only in the browser it was created for. */
export async function findRound(db: Db, state: string, browser: string, now: number): Promise<Round | null> {
  const { rows } = await db.query(
    `select * from oauth_states where state_hash = $1 and browser_hash = $2 and expires_at > $3
       -- the previous release consumed it
       and (used_at is null or code_hash is not null or finished_at is not null)`,
    [sha256(state), sha256(browser), new Date(now)],
  );
  return rows[0] ? roundOf(rows[0]) : null;
}

export async function readRound(db: Db, stateHash: Buffer): Promise<Round | null> {
  const { rows } = await db.query('select * from oauth_states where state_hash = $1', [stateHash]);
  return rows[0] ? roundOf(rows[0]) : null;
}

/**
 * The browser came back with a code, which is stored sealed. The same code again, or one for a round that connected the
 * account, changes nothing; another code after anything else begins the round again.
 */
export async function beginRound(
  pool: Pool,
  sealer: Sealer,
  round: Round,
  integration: Pick<Integration, 'id' | 'provider'>,
  returned: { code: Secret; redirectUri: string },
  now: number,
): Promise<void> {
  const codeHash = sha256(returned.code.reveal());
  const isNew =
    round.codeHash === null ||
    (round.outcome !== null && round.outcome.result !== 'connected' && !round.codeHash.equals(codeHash));
  if (!isNew) return;
  const holding = await sealHolding(sealer, integration, { holds: 'code', ...returned });
  await withTransaction(pool, async (db) => {
    const { rowCount } = await db.query(
      `update oauth_states
       set code_hash = $2, used_at = $3, expires_at = $4, next_try_at = $3, tries = 0, leased_until = null,
           result = null, refusal = null, other_username = null, result_integration_id = null, finished_at = null,
           result_grant_no = null
       where state_hash = $1 and next_try_at is null and code_hash is distinct from $2
         and result is distinct from 'connected'`,
      [round.stateHash, codeHash, new Date(now), new Date(now + HOLDING_LIFE_MS.code)],
    );
    if (rowCount === 1) await putHolding(db, round, holding);
  });
}

/** Takes a round that is due, and that no other process works on. */
export async function claimRound(db: Db, stateHash: Buffer, now: number): Promise<Round | null> {
  const { rows } = await db.query(
    `update oauth_states set leased_until = $3, tries = tries + 1
     where state_hash = $1 and next_try_at <= $2 and (leased_until is null or leased_until <= $2) returning *`,
    [stateHash, new Date(now), new Date(now + ROUND_LEASE_MS)],
  );
  return rows[0] ? roundOf(rows[0]) : null;
}

/** Rounds that nobody works on though they are due, such as those of a process that ended. */
export async function dueRounds(db: Db, now: number, limit: number): Promise<Buffer[]> {
  const { rows } = await db.query<{ state_hash: Buffer }>(
    `select state_hash from oauth_states
     where next_try_at <= $1 and (leased_until is null or leased_until <= $1) order by next_try_at limit $2`,
    [new Date(now), limit],
  );
  return rows.map(({ state_hash }) => state_hash);
}

/** Gives a round back, to be gone on with at an instant. */
export async function postponeRound(
  db: Db,
  { stateHash }: Pick<Round, 'stateHash'>,
  at: number,
  obstacle: ConnectRefusal | null,
): Promise<void> {
  await db.query(
    `update oauth_states set next_try_at = $2, leased_until = null, refusal = $3
     where state_hash = $1 and next_try_at is not null`,
    [stateHash, new Date(at), obstacle],
  );
}

/** Ends a round and erases what it held, once. @returns false: it is over already */
export async function finishRound(
  db: Db,
  { stateHash }: Pick<Round, 'stateHash'>,
  outcome: RoundOutcome,
  now: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with ended as (
       update oauth_states
       set result = $2, refusal = $3, other_username = $4, result_integration_id = $5, finished_at = $6,
           result_grant_no = $8, used_at = coalesce(used_at, $6), expires_at = $7, next_try_at = null, leased_until = null
       where state_hash = $1 and finished_at is null returning state_hash
     ), erased as (
       delete from oauth_holdings where state_hash in (select state_hash from ended)
     )
     select 1 from ended`,
    [
      stateHash,
      outcome.result,
      outcome.refusal,
      outcome.other,
      outcome.integrationId,
      new Date(now),
      new Date(now + OAUTH_STATE_LIFE_MS),
      outcome.grantNo,
    ],
  );
  return rowCount === 1;
}

/** Of a round that an earlier release began. It is over: the round may end, and offers no other. */
const UNKNOWN_LINK: RoundLink = { id: null, linkNo: 0, version: null, expiresAt: 0 };

function roundOf(row: { [column: string]: unknown }): Round {
  const instant = (value: unknown) => (value === null ? null : (value as Date).getTime());
  const integrationId = row.integration_id as string;
  const refusal = row.refusal as ConnectRefusal | null;
  const result = row.result as ConnectResult | null;
  const of = {
    integrationId,
    grantNo: row.grant_no as number,
    returnTo: row.return_to as string | null,
  };
  return {
    stateHash: row.state_hash as Buffer,
    ...of,
    link: { ...of, ...(row.link === null ? UNKNOWN_LINK : roundLink.parse(row.link)) },
    expiresAt: (row.expires_at as Date).getTime(),
    codeHash: row.code_hash as Buffer | null,
    tries: row.tries as number,
    leasedUntil: instant(row.leased_until),
    nextTryAt: instant(row.next_try_at),
    obstacle: result === null ? refusal : null,
    outcome: result && {
      result,
      refusal,
      other: row.other_username as string | null,
      integrationId: (row.result_integration_id as string | null) ?? integrationId,
      grantNo: row.result_grant_no as number | null,
    },
  };
}
