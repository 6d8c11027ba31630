import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { withTransaction } from '../../adapters/postgres/pool';
import { openToken } from '../../adapters/postgres/tokens/open-token';
import {
  type TokenVersion,
  dropPending,
  findVersion,
  promotePending,
} from '../../adapters/postgres/tokens/token-versions';
import { type RefreshTrigger, refreshed } from '../../core/lifecycle/changes';
import { type Settled } from '../../core/lifecycle/evidence';
import { type Deps } from '../deps';
import { probeToken } from './probe-token';

/**
 * Decides about a refreshed token that was stored and is not in use yet: promoted when a probe shows that it works,
 * dropped only when it is another account's. `lastResort`: an unclear probe promotes it too, since there is nothing
 * better to hand out. `pending`: it was stored just now. One that is dead is kept: what Instagram says of a token just issued may be an incident's doing.
 */
export async function settlePending(
  deps: Pick<Deps, 'pool' | 'sealer' | 'clock' | 'instagram' | 'logger'>,
  row: Integration,
  trigger: RefreshTrigger,
  { lastResort = false, pending: known }: { lastResort?: boolean; pending?: TokenVersion } = {},
): Promise<Settled> {
  const pending = known ?? (await findVersion(deps.pool, row.id, 'pending'));
  if (!pending) return 'none';
  const token = await openToken(deps.pool, deps.sealer, row, pending, deps.clock.now());
  const probe = await probeToken(deps, row, token);
  if (probe.is === 'other_account') {
    deps.logger.error({ integrationId: row.id }, 'a refresh returned the token of another account');
    await dropPending(deps.pool, pending);
    return 'dropped';
  }
  if (probe.is === 'dead') return 'dead';
  if (probe.is !== 'alive' && !lastResort) return 'unclear';
  const username = probe.is === 'alive' ? probe.username : row.username;
  await withTransaction(deps.pool, (db) =>
    promotePending(db, row, pending, refreshed(pending, username, trigger), deps.clock.now()),
  );
  return 'promoted';
}
