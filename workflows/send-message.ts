import { ActivityFailure, ApplicationFailure, proxyActivities, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { FAILURE_TYPES } from '../core/failure-types';
import { SEND_URGENCY } from '../core/lifecycle/urgency';
import { HEARTBEAT_TIMEOUT, INSTAGRAM_TASK_QUEUE, TASK_QUEUE } from '../core/names';
import {
  OUTCOME_UNKNOWN,
  type SendMessageInput,
  type SendResult,
  type SentMessage,
} from '../core/messaging/send';

const FINAL = [
  FAILURE_TYPES.reconnectRequired,
  FAILURE_TYPES.notConnected,
  FAILURE_TYPES.callRefused,
  FAILURE_TYPES.outcomeUnknown,
];
/** Long enough for a recovery to be decided while a caller still waits. */
const RETRY = {
  maximumAttempts: 6,
  initialInterval: '1s',
  maximumInterval: '8s',
  nonRetryableErrorTypes: FINAL,
} as const;

const instagram = proxyActivities<Activities>({
  taskQueue: INSTAGRAM_TASK_QUEUE,
  startToCloseTimeout: '30s',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: RETRY,
  priority: { priorityKey: SEND_URGENCY },
});
/** Looking a message up is retried for long: a second send could be one too many. */
const patient = proxyActivities<Activities>({
  taskQueue: INSTAGRAM_TASK_QUEUE,
  startToCloseTimeout: '30s',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  scheduleToCloseTimeout: '15 minutes',
  retry: { initialInterval: '1s', maximumInterval: '30s', nonRetryableErrorTypes: FINAL },
  priority: { priorityKey: SEND_URGENCY },
});
const store = proxyActivities<Activities>({ taskQueue: TASK_QUEUE, startToCloseTimeout: '10s' });

const SENDS_AT_MOST = 3;

/**
 * Sends one message, once. When the answer of a send is lost, the conversation is looked at before it is sent again;
 * when that is inconclusive too, the answer is `outcome_unknown`.
 */
export async function SendMessage(input: SendMessageInput): Promise<SendResult> {
  const result = await trySending(input);
  if (isFinal(result)) await store.recordSend({ ...input, result });
  return result;
}

async function trySending(input: SendMessageInput): Promise<SendResult> {
  for (let sends = 1; sends <= SENDS_AT_MOST; sends++) {
    try {
      return { sent: await instagram.sendMessage(input) };
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code !== 'outcome_unknown') return { problem };
    }
    const found = await lookUp(input);
    if (found === 'unknown') break;
    if (found) return { sent: found };
  }
  return { problem: OUTCOME_UNKNOWN };
}

async function lookUp(input: SendMessageInput): Promise<SentMessage | null | 'unknown'> {
  // What was taken shows up in the conversation a moment later.
  await sleep('1s');
  return patient.findSent(input).catch(() => 'unknown' as const);
}

/** A problem that passes by itself (a recovery under way, a reconnect, throttling) leaves the key free to try again. */
function isFinal(result: SendResult): boolean {
  return (
    'sent' in result ||
    ![
      'reconnect_required',
      'recovery_pending',
      'rate_limited',
      'provider_unavailable',
      'key_unavailable',
      'decrypt_failed',
      'not_connected',
    ].includes(result.problem.code)
  );
}

function problemOf(error: unknown): { code: string; detail: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof ApplicationFailure)) {
    // Timed out: the call may have been made.
    return { code: 'outcome_unknown', detail: 'The send did not end in time.' };
  }
  const detail = cause.message;
  const [numbers] = (cause.details ?? []) as [{ problem?: string }?];
  switch (cause.type) {
    case FAILURE_TYPES.reconnectRequired:
      return { code: 'reconnect_required', detail };
    case FAILURE_TYPES.notConnected:
      return { code: 'not_connected', detail };
    case FAILURE_TYPES.tokenRejected:
      return { code: 'recovery_pending', detail };
    case FAILURE_TYPES.outcomeUnknown:
      return { code: 'outcome_unknown', detail };
    case FAILURE_TYPES.throttled:
      return { code: 'rate_limited', detail };
    case FAILURE_TYPES.keyUnavailable:
      return { code: 'key_unavailable', detail };
    case FAILURE_TYPES.decryptFailed:
      return { code: 'decrypt_failed', detail };
    case FAILURE_TYPES.callRefused:
      return { code: numbers?.problem ?? 'provider_rejected_call', detail };
    default:
      return { code: 'provider_unavailable', detail };
  }
}
