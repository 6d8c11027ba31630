import { type LifecycleFacts, type StepResult } from '../../../core/lifecycle/facts';
import { refreshDueAt } from '../../../core/lifecycle/next-action';
import { LAST_REFRESH_GRACE_MS, warnAt } from '../../../core/lifecycle/refresh-policy';
import { SECOND_MS } from '../../../core/time';
import { type History } from './recorded';

/** What a run waits for; every timer of the workflows is one of these. */
export const TIMER_KINDS = [
  'refresh',
  'retry',
  'warning',
  'expiry',
  'recovery',
  'incident',
  'last refresh',
  'reminder',
  'quiet time',
  'activity gave up',
  'caller',
  'look-up',
  'delivery',
  'bulk operation',
] as const;
export type TimerKind = (typeof TIMER_KINDS)[number];

type Event = NonNullable<History['events']>[number];

/** A timer, and what its run knew when it was started. */
interface Started {
  workflowType: string;
  /** A caller's timer: without a summary in runs of before. */
  isCallers: boolean;
  facts: LifecycleFacts | null;
  /** By the activities' clock, epoch ms. */
  until: number;
  activityFailed: boolean;
  sawFalseAlarm: boolean;
}

export function timesOf(events: Event[]): Started[] {
  const timers: Started[] = [];
  let workflowType = '';
  let facts: LifecycleFacts | null = null;
  let skewMs = 0;
  let taskAt = 0;
  let activityFailed = false;
  let sawFalseAlarm = false;
  for (const event of events) {
    const start = event.workflowExecutionStartedEventAttributes;
    if (start) {
      workflowType = start.workflowType?.name ?? '';
      const [input] = decoded(start.input) as [{ carried?: { facts: LifecycleFacts; skewMs: number } }?];
      facts = input?.carried?.facts ?? null;
      skewMs = input?.carried?.skewMs ?? 0;
    }
    if (event.workflowTaskStartedEventAttributes) taskAt = msOf(event.eventTime);
    if (event.activityTaskFailedEventAttributes) activityFailed = true;
    const ended = event.activityTaskCompletedEventAttributes;
    if (ended) {
      activityFailed = false;
      const [result] = decoded(ended.result) as [StepResult?];
      if (result?.facts) {
        facts = result.facts;
        sawFalseAlarm ||= result.outcome === 'verified_ok';
        skewMs = result.now - msOf(event.eventTime);
      }
    }
    const timer = event.timerStartedEventAttributes;
    if (timer)
      timers.push({
        workflowType,
        isCallers: isCallers(event),
        facts,
        until: taskAt + skewMs + durationMs(timer.startToFireTimeout),
        activityFailed,
        sawFalseAlarm,
      });
  }
  return timers;
}

/** @throws when the timer is of no kind that this file knows: add it, and record one. */
export function timerKindOf(timer: Started): TimerKind {
  const { workflowType, facts, until } = timer;
  if (/^sendMessage$/i.test(workflowType)) return 'look-up';
  if (/^deliverEvent$/i.test(workflowType)) return 'delivery';
  if (workflowType === 'BulkOperation') return 'bulk operation';
  if (timer.activityFailed) return 'activity gave up';
  if (timer.isCallers) return 'caller';
  const at = (instant: number | null | undefined) =>
    typeof instant === 'number' && Math.abs(until - instant) < 5 * SECOND_MS;
  if (facts?.recovery && at(facts.recovery.nextAttemptAt))
    return facts.recovery.held ? 'incident' : 'recovery';
  if (at(facts?.reminder?.nextAt)) return 'reminder';
  if (facts && (facts.state === 'active' || facts.state === 'refreshing')) {
    if (at(refreshDueAt(facts))) return facts.nextAttemptAt === null ? 'refresh' : 'retry';
    if (at(warnAt({ issuedAt: facts.issuedAt ?? 0, expiresAt: facts.expiresAt ?? 0 }))) return 'warning';
  }
  if (at(facts?.expiresAt)) return 'expiry';
  if (facts?.expiresAt && at(facts.expiresAt + LAST_REFRESH_GRACE_MS)) return 'last refresh';
  if (timer.sawFalseAlarm) return 'quiet time';
  throw new Error(
    `unknown timer of ${workflowType} in state ${facts?.state}, until ${new Date(until).toISOString()}`,
  );
}

function isCallers({ userMetadata }: Event): boolean {
  const data = userMetadata?.summary?.data;
  return !data || Buffer.from(data).toString().includes('caller');
}

function decoded(
  payloads: { payloads?: { data?: Uint8Array | null }[] | null } | null | undefined,
): unknown[] {
  return (payloads?.payloads ?? []).map(({ data }) =>
    data && data.length > 0 ? (JSON.parse(Buffer.from(data).toString()) as unknown) : null,
  );
}

type Stamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

function msOf(stamp: Stamp): number {
  return durationMs(stamp);
}

function durationMs(stamp: Stamp): number {
  return Number(stamp?.seconds ?? 0) * SECOND_MS + (stamp?.nanos ?? 0) / 1e6;
}
