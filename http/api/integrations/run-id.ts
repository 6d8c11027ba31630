import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { lifecycleWorkflowId } from '../../../core/names';
import { hasLifecycle } from '../../../core/lifecycle/states';
import { SECOND_MS } from '../../../core/time';
import { type HttpDeps } from '../../deps';
import { withDeadline } from '../../deadlines';

/** The lifecycle's run for links into the Temporal UI; null when Temporal does not say so quickly. */
export async function runIdOf(deps: HttpDeps, row: Integration): Promise<string | null> {
  if (!hasLifecycle(row.state)) return null;
  const deadline = Date.now() + SECOND_MS;
  const describing = deps.temporal.withDeadline(deadline, () =>
    deps.temporal.workflow.getHandle(lifecycleWorkflowId(row.id)).describe(),
  );
  const description = await withDeadline(deadline, describing, () => null).catch(() => null);
  return description?.runId ?? null;
}
