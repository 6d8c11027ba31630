import { type Integration, factsOf } from '../../adapters/postgres/integrations/integration-row';
import { type RefreshTrigger, refreshStarted } from '../../core/lifecycle/changes';
import { type StepResult } from '../../core/lifecycle/facts';
import { lifetimeOf, refreshDueAt } from '../../core/lifecycle/next-action';
import { type AttemptResult, afterRefresh } from '../../core/lifecycle/refresh-outcome';
import { pauseOverrideAt } from '../../core/lifecycle/refresh-policy';
import { isUsable } from '../../core/lifecycle/states';
import { type Deps } from '../deps';
import { refreshOnce } from './refresh-once';
import { sealingError } from './refusal';
import { runStep, updateIntegration } from './run-step';

type Refresher = Parameters<typeof refreshOnce>[0] & Pick<Deps, 'counters' | 'searchAttributesAreKnown'>;

export interface RefreshTokenInput {
  integrationId: string;
  /** The version to refresh. */
  version: number;
  /** Requested now; otherwise the plan or the ladder is due. */
  asked: boolean;
}

/** One refresh by plan, by ladder or on request. A failure puts the integration on the ladder; the token stays in use. */
export function refreshToken(deps: Refresher, input: RefreshTokenInput): Promise<StepResult> {
  return runStep(deps, input.integrationId, async (row) => {
    if (row.version !== input.version || !isUsable(row.state)) return 'moved_on';
    const now = deps.clock.now();
    if (!input.asked && now < refreshDueAt(factsOf(row))) return 'not_due';

    const trigger = triggerOf(row, input.asked, now);
    const refreshing =
      row.state === 'refreshing' ? row : await updateIntegration(deps, row, refreshStarted());
    const result = await attempt(deps, refreshing, trigger);
    const { change, outcome } = afterRefresh(refreshing, result, deps.clock.now(), deps.random());
    if (change) await updateIntegration(deps, refreshing, change);
    deps.counters.refresh(trigger, outcome);
    return outcome;
  });
}

async function attempt(deps: Refresher, row: Integration, trigger: RefreshTrigger): Promise<AttemptResult> {
  try {
    const result = await refreshOnce(deps, row, trigger);
    if (result.is === 'failed' && result.refusal.failure.problem === 'refresh_unsupported')
      deps.logger.error(
        { integrationId: row.id },
        'Instagram does not refresh this token: check that the tester is invited, and the product and app secret are right',
      );
    return result;
  } catch (error) {
    const lastError = sealingError(error, deps.clock.now());
    if (!lastError) throw error;
    return { is: 'sealing_failed', lastError };
  }
}

function triggerOf(row: Integration, asked: boolean, now: number): RefreshTrigger {
  if (asked) return 'manual';
  return row.paused && now >= pauseOverrideAt(lifetimeOf(row)) ? 'emergency' : 'schedule';
}
