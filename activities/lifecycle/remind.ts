import { expiryWarned, reminded } from '../../core/lifecycle/changes';
import { type StepResult } from '../../core/lifecycle/facts';
import { lifetimeOf } from '../../core/lifecycle/next-action';
import { warnAt } from '../../core/lifecycle/refresh-policy';
import { isUsable } from '../../core/lifecycle/states';
import { recover } from './recover-token';
import { runStep, updateIntegration } from './run-step';

export interface Target {
  integrationId: string;
  version: number;
}

/** Warns, once per version, that a token nears its expiry and was not refreshed. */
export function warnExpiring(deps: Parameters<typeof runStep>[0], input: Target): Promise<StepResult> {
  return runStep(deps, input.integrationId, async (row) => {
    if (row.version !== input.version || !isUsable(row.state) || row.expiringNoticed) return 'moved_on';
    if (deps.clock.now() < warnAt(lifetimeOf(row))) return 'not_due';
    await updateIntegration(deps, row, expiryWarned());
    return 'done';
  });
}

/** Reminds the owner of an expired connection, after a probe whether its token works after all. */
export function remind(deps: Parameters<typeof recover>[0], input: Target): Promise<StepResult> {
  return runStep(deps, input.integrationId, async (row) => {
    if (row.state !== 'expired' || row.version !== input.version) return 'moved_on';
    const now = deps.clock.now();
    if (row.paused || row.nextReminderAt === null || now < row.nextReminderAt) return 'not_due';
    const outcome = await recover(deps, row, { rejection: null, recheck: false });
    if (outcome !== 'expired') return outcome;
    await updateIntegration(deps, row, reminded(row, now));
    return 'done';
  });
}
