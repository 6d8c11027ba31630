import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { openToken } from '../../adapters/postgres/tokens/open-token';
import { findVersion } from '../../adapters/postgres/tokens/token-versions';
import { isUsable } from '../../core/lifecycle/states';
import { type Account, type Harness } from './harness';

/** What the simulated Instagram's ledger and the rows say about one connection. */
export interface Look {
  account: Account;
  row: Integration;
  /** Refreshes that Instagram carried out. */
  granted: number;
  /** Those whose token came into use. */
  promoted: number;
  /** Times that Instagram said whose token it is. */
  probes: number;
  /** Instagram accepts a token of this account, and none that is stored here. */
  isLost: boolean;
  /** A token is handed out, and Instagram accepts it. */
  works: boolean;
  /** That, and everything else is as after an undisturbed refresh. */
  isWell: boolean;
  /** It was found dead. */
  isOver: boolean;
  /** When its lifecycle acts next, epoch ms; null: nothing is due soon. */
  nextAt: number | null;
  /** What must not be, however long one waits. */
  wrong: string[];
}

export async function lookAt(harness: Harness, accounts: readonly Account[]): Promise<Look[]> {
  const { simulator } = harness;
  const working = new Map<string, string[]>();
  for (const { id, tokens } of simulator.snapshot().accounts) {
    const live = tokens.filter(({ invalid, expiresAt }) => !invalid && expiresAt > Date.now());
    const values = live.map(({ value }) => value);
    working.set(id, values);
  }
  const ledger = simulator.requests();
  return Promise.all(
    accounts.map((account) => {
      const calls = ledger.filter((call) => call.account === account.accountId);
      return look(harness, account, { working: working.get(account.accountId) ?? [], calls });
    }),
  );
}

interface AtInstagram {
  working: readonly string[];
  calls: readonly { path: string; status: number | null }[];
}

async function look(
  { pool, sealer }: Harness,
  account: Account,
  { working, calls }: AtInstagram,
): Promise<Look> {
  const row = await findIntegration(pool, account.id);
  if (!row) throw new Error(`no row of ${account.username}`);
  const { rows } = await pool.query<Record<'pending' | 'refreshed' | 'twice' | 'expired', number>>(
    `select (select count(*) from token_versions where integration_id = $1 and stage = 'pending')::int as pending,
            count(*) filter (where type = 'token.refreshed')::int as refreshed,
            (count(*) filter (where type = 'token.refreshed')
              - count(distinct data ->> 'tokenVersion') filter (where type = 'token.refreshed'))::int as twice,
            count(*) filter (where type = 'integration.expired')::int as expired
     from events where integration_id = $1`,
    [account.id],
  );
  const { pending, refreshed, twice, expired } = rows[0]!;
  const stored = async (stage: 'current' | 'pending') => {
    const version = await findVersion(pool, row.id, stage);
    return version && (await openToken(pool, sealer, row, version, 0)).reveal();
  };
  const isWorking = (token: string | null) => token !== null && working.includes(token);
  const works = isUsable(row.state) && isWorking(await stored('current'));
  const isKept = works || isWorking(await stored('pending')) || isWorking(await stored('current'));
  const answered = (wanted: string) =>
    calls.filter(({ path, status }) => path === wanted && status === 200).length;
  const refusals = calls.filter(({ status }) => status === 400 || status === 401).length;

  const wrong: string[] = [];
  if (twice > 0) wrong.push('one version was promoted or reported twice');
  if (row.version > 1 && refreshed === 0) wrong.push('no event reports the refresh');
  if (expired > 1) wrong.push(`${expired} events report the expiry`);
  if (expired > 0 && row.state !== 'expired') wrong.push('it was reported as expired, and is not');
  if (row.state === 'expired' && refusals === 0) wrong.push('it expired without an answer of Instagram');
  const isIdle = row.nextAttemptAt === null && row.recovery === null && pending === 0;
  return {
    account,
    row,
    granted: answered('/refresh_access_token'),
    promoted: refreshed,
    probes: answered('/me'),
    isLost: working.length > 0 && !isKept,
    works,
    isWell: isIdle && works && row.state === 'active',
    isOver: row.state === 'expired' && isIdle,
    nextAt: row.recovery?.nextAttemptAt ?? row.nextAttemptAt,
    wrong,
  };
}

/** Refreshes beyond the one that a new version needs. */
export function doubleRefreshes({ granted, promoted }: Look): number {
  return Math.max(0, granted - Math.max(1, promoted));
}
