import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type Rejection } from '../../core/lifecycle/facts';
import { type Deps } from '../deps';
import { save } from './save';

export interface RecoveryStart {
  /** The refused call; absent when the token's lifetime ran out. */
  rejection?: Rejection;
  /** This version's one recovery refresh has been answered already. */
  refreshUsed?: boolean;
}

/** Stops handing out a token that was refused or ran out, until somebody knows whether it lives. */
export function enterRecovery(deps: Deps, row: Integration, start: RecoveryStart): Promise<Integration> {
  const now = deps.clock.now();
  const { rejection } = start;
  return save(
    deps,
    row,
    {
      state: 'recovering',
      recovery: {
        cause: rejection ? 'rejection' : 'expiry',
        returnTo: row.state === 'refreshing' && row.failedAttempts > 0 ? 'refreshing' : 'active',
        since: now,
        tries: 0,
        youngProbes: 0,
        nextAttemptAt: now,
        ownerAction: null,
        held: false,
        code: rejection?.code ?? null,
        subcode: rejection?.subcode ?? null,
        source: rejection?.source ?? 'expiry',
      },
      ...(start.refreshUsed && { recoveryRefreshVersion: row.version }),
    },
    rejection
      ? [
          {
            type: 'token.rejected',
            data: { code: rejection.code, subcode: rejection.subcode, source: rejection.source },
          },
        ]
      : [],
  );
}
