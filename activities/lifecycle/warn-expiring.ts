import { warnAt } from '../../core/lifecycle/refresh-policy';
import { isUsable } from '../../core/lifecycle/states';
import { type StepResult } from '../../core/lifecycle/steps';
import { type Deps } from '../deps';
import { save } from './save';
import { step } from './step';

/** Tells, once per version, that a token nears its end and has not been refreshed. */
export function warnExpiring(
  deps: Deps,
  input: { integrationId: string; version: number },
): Promise<StepResult> {
  return step(deps, input.integrationId, async (row) => {
    if (row.version !== input.version || !isUsable(row.state) || row.expiringNoticed) return 'moved_on';
    const life = { issuedAt: row.issuedAt ?? 0, expiresAt: row.expiresAt ?? 0 };
    if (deps.clock.now() < warnAt(life)) return 'not_due';
    await save(deps, row, { expiringNoticed: true }, [{ type: 'token.expiring' }]);
    return 'done';
  });
}
