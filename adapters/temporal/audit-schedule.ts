import { type Client, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import { AUDIT_SCHEDULE_ID, TASK_QUEUE, WORKFLOW_TYPES } from '../../core/names';

export const AUDIT_EVERY = '1h' as const;

const NOTE =
  'Wakes, starts and replaces lifecycles that are late, missing or stuck, and removes old rows. Pause it only for maintenance: tokens are still refreshed, but nothing is repaired. `npx evergrant audit` shows its results.';

const schedule = {
  spec: { intervals: [{ every: AUDIT_EVERY }] },
  action: {
    type: 'startWorkflow' as const,
    workflowType: WORKFLOW_TYPES.fleetAudit,
    workflowId: 'fleet-audit',
    taskQueue: TASK_QUEUE,
    args: [],
    staticSummary: 'hourly audit of the fleet',
    // One that hangs must not keep the next ones from starting.
    workflowRunTimeout: '2h' as const,
  },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1h' as const },
};

/**
 * Makes sure that the audit is scheduled as this version requires. An operator's pause is kept, with its note.
 * @see https://docs.temporal.io/develop/typescript/workflows/schedules
 */
export async function ensureAuditSchedule(client: Client): Promise<void> {
  const handle = client.schedule.getHandle(AUDIT_SCHEDULE_ID);
  try {
    await handle.update(({ state }) => ({
      ...schedule,
      state: state.paused ? state : { ...state, note: NOTE },
    }));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.schedule
      .create({ scheduleId: AUDIT_SCHEDULE_ID, ...schedule, state: { triggerImmediately: true, note: NOTE } })
      .catch(unlessMadeMeanwhile);
  }
}

/** Runs the audit now. */
export async function triggerAudit(client: Client): Promise<void> {
  await client.schedule.getHandle(AUDIT_SCHEDULE_ID).trigger(ScheduleOverlapPolicy.SKIP);
}

export interface AuditSchedule {
  enabled: boolean;
  /** Epoch ms. */
  nextRunAt: number | null;
}

/** Whether the audit is on, and when it runs next; null when there is no schedule. */
export async function describeAuditSchedule(client: Client): Promise<AuditSchedule | null> {
  try {
    const { state, info } = await client.schedule.getHandle(AUDIT_SCHEDULE_ID).describe();
    return { enabled: !state.paused, nextRunAt: info.nextActionTimes[0]?.getTime() ?? null };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

function unlessMadeMeanwhile(error: unknown): void {
  if ((error as Error).name !== 'ScheduleAlreadyRunning') throw error;
}
