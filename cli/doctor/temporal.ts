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
      problem('Temporal', 'It does not answer.', 'See that it runs, and where TEMPORAL_ADDRESS points.'),
    ];
  }
  try {
    await within(() => client.workflowService.describeNamespace({ namespace }));
  } catch {
    const hint = 'Create it, or set TEMPORAL_NAMESPACE to the one that is there.';
    return [problem('Temporal', `It has no namespace "${namespace}" for us.`, hint)];
  }
  const schedule = await within(() => describeAuditSchedule(client)).catch(() => null);
  const answers = ok('Temporal', `It answers, in the namespace "${namespace}".`);
  if (!schedule)
    return [
      answers,
      problem('audit', 'It is not scheduled.', 'Start a worker or an API: each of them does it.'),
    ];
  if (!schedule.enabled)
    return [
      answers,
      warning('audit', 'Its schedule is paused.', 'Unpause it in the Temporal UI, under Schedules.'),
    ];
  return [answers, ok('audit', 'It is scheduled.')];
}
