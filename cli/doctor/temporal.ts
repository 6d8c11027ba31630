import { type Client } from '@temporalio/client';
import { describeAuditSchedule } from '../../adapters/temporal/audit-schedule';
import { SECOND_MS } from '../../core/time';
import { type Finding, ok, problem, warning } from './finding';

const PATIENCE_MS = 5 * SECOND_MS;

/** What Temporal tells: whether it answers, knows the namespace, and wakes the audit. */
export async function lookAtTemporal(client: Client): Promise<Finding[]> {
  const within = <T>(work: () => Promise<T>) => client.withDeadline(Date.now() + PATIENCE_MS, work);
  const { namespace } = client.options;
  try {
    await within(() => client.workflowService.getSystemInfo({}));
  } catch {
    return [
      problem('Temporal', 'Not reachable.', 'Check that it is running and that TEMPORAL_ADDRESS is correct.'),
    ];
  }
  try {
    await within(() => client.workflowService.describeNamespace({ namespace }));
  } catch {
    const hint = 'Create it, or set TEMPORAL_NAMESPACE to an existing one.';
    return [problem('Temporal', `The namespace "${namespace}" does not exist or is not accessible.`, hint)];
  }
  const schedule = await within(() => describeAuditSchedule(client)).catch(() => null);
  const answers = ok('Temporal', `Reachable. Namespace "${namespace}".`);
  if (!schedule)
    return [
      answers,
      problem('audit', 'Not scheduled.', 'Start a worker or an API: either creates the schedule.'),
    ];
  if (!schedule.enabled)
    return [
      answers,
      warning('audit', 'The schedule is paused.', 'Unpause it in the Temporal UI, under Schedules.'),
    ];
  return [answers, ok('audit', 'Scheduled.')];
}
