import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { openToken } from '../../adapters/postgres/tokens/open-token';
import { withTransaction } from '../../adapters/postgres/pool';
import {
  type TokenVersion,
  dropPending,
  findVersion,
  promotePending,
} from '../../adapters/postgres/tokens/token-versions';
import { type Deps } from '../deps';
import { probeToken } from './probe-token';

/** What a refresh is done for; told with it. */
export type RefreshTrigger = 'schedule' | 'manual' | 'emergency' | 'recovery';

export type Settled =
  | { is: 'none' }
  | { is: 'promoted'; integration: Integration }
  /** It does not work. It is kept all the same: should it come back to life, the next look finds it. */
  | { is: 'dead' }
  /** It was somebody else's. */
  | { is: 'dropped' }
  | { is: 'unclear' };

/**
 * Decides about a refreshed token that was stored but not yet put to use: promoted when a probe shows that it works,
 * dropped only when somebody else's. `currentIsDead`: then an unclear probe promotes it, for there is
 * nothing better to hand out.
 */
export async function settlePending(
  deps: Deps,
  integration: Integration,
  trigger: RefreshTrigger,
  options: { currentIsDead?: boolean } = {},
): Promise<Settled> {
  const pending = await findVersion(deps.pool, integration.id, 'pending');
  if (!pending) return { is: 'none' };
  const token = await openToken(deps.pool, deps.sealer, integration, pending, deps.clock.now());
  const verdict = await probeToken(deps, integration, token);
  switch (verdict.is) {
    case 'alive':
      return promote(deps, integration, pending, verdict.account.username, trigger);
    case 'dead':
      // It stays until something newer takes its place: what is said of a token just given may be an incident's doing.
      return { is: 'dead' };
    case 'other_account':
      deps.logger.error(
        { integrationId: integration.id },
        'a refresh answered with the token of another account',
      );
      await dropPending(deps.pool, pending);
      return { is: 'dropped' };
    default:
      if (!options.currentIsDead) return { is: 'unclear' };
      return promote(deps, integration, pending, integration.username ?? '', trigger);
  }
}

async function promote(
  deps: Deps,
  integration: Integration,
  pending: TokenVersion,
  username: string,
  trigger: RefreshTrigger,
): Promise<Settled> {
  const promoted = await withTransaction(deps.pool, (db) =>
    promotePending(
      db,
      integration,
      pending,
      { username },
      [
        { type: 'token.refreshed', data: { trigger } },
        ...(trigger === 'recovery' ? [{ type: 'token.recovered' as const, data: { how: 'refreshed' } }] : []),
      ],
      deps.clock.now(),
    ),
  );
  return { is: 'promoted', integration: promoted };
}
