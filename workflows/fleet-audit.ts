import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { AuditResult } from '../activities/fleet/audit';
import { HEARTBEAT_TIMEOUT, TASK_QUEUE } from '../core/names';

const { auditFleet } = proxyActivities<Activities>({
  taskQueue: TASK_QUEUE,
  startToCloseTimeout: '30m',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 5 },
});

/** Keeps the fleet honest: started by the Schedule `evergrant-fleet-audit`, idempotent. */
export async function FleetAudit(): Promise<AuditResult> {
  return auditFleet();
}
