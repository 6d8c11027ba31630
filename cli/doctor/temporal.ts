import { type Client } from '@temporalio/client';
import { describeAuditSchedule } from '../../adapters/temporal/audit-schedule';
import { commandsToRegister, searchAttributesAreKnown } from '../../adapters/temporal/search-attributes';
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
  const answers = ok('Temporal', `Reachable. Namespace "${namespace}".`);
  return [answers, await within(() => searchAttributes(client)), await within(() => audit(client))];
}

async function searchAttributes(client: Client): Promise<Finding> {
  const known = await searchAttributesAreKnown(client).catch(() => false);
  if (known) return ok('search attributes', 'Registered.');
  return warning(
    'search attributes',
    'Not registered: connections are refreshed, but cannot be searched by state in the Temporal UI.',
    `Somebody with the rights of an operator enters: ${commandsToRegister(client.options.namespace).join('  or  ')}`,
  );
}

async function audit(client: Client): Promise<Finding> {
  const schedule = await describeAuditSchedule(client).catch(() => null);
  if (!schedule)
    return problem('audit', 'Not scheduled.', 'Start a worker: it creates the schedule, if it may.');
  if (schedule.enabled) return ok('audit', 'Scheduled.');
  return warning('audit', 'The schedule is paused.', 'Unpause it in the Temporal UI, under Schedules.');
}
