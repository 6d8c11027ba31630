import {
  ApplicationFailure,
  type Client,
  NamespaceNotFoundError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import { UNKNOWN_INTEGRATION } from '../core/lifecycle/messages';
import { TASK_QUEUE } from '../core/names';
import { MINUTE_MS, SECOND_MS } from '../core/time';

/** Why no lifecycle can answer, which waiting does not change. */
export type LifecycleErrorCode = 'unknown_integration' | 'unknown_namespace' | 'no_worker';

/** A question that no lifecycle answers. It says nothing about a token: none is expired because of it. */
export class LifecycleError extends Error {
  override name = 'LifecycleError';

  constructor(
    /**
     * `unknown_integration`: no row has this ID · `unknown_namespace`: the Temporal client is set to another one than
     * Evergrant's · `no_worker`: no Evergrant worker has asked for work for a minute
     */
    readonly code: LifecycleErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Cancelled and deadline exceeded. @see https://grpc.io/docs/guides/status-codes/ */
const TIMED_OUT = [1, 4];
const WORKER_IS_GONE_AFTER_MS = 1 * MINUTE_MS;
const ASK_QUEUE_WITHIN_MS = 2 * SECOND_MS;

/** What an error of the Temporal client means; null: the server gave no clear answer. */
export async function lifecycleErrorOf(client: Client, error: unknown): Promise<LifecycleError | null> {
  if (error instanceof LifecycleError) return error;
  const options = { cause: error };
  if (isUnknownIntegration(error))
    return new LifecycleError('unknown_integration', 'Evergrant has no integration with this ID.', options);
  if (error instanceof NamespaceNotFoundError) {
    const message = `Temporal has no namespace ${client.options.namespace}. Use the one that Evergrant's worker is set to.`;
    return new LifecycleError('unknown_namespace', message, options);
  }
  if (isTimeout(error) && (await isWithoutWorker(client))) {
    const message = `No Evergrant worker serves the task queue ${TASK_QUEUE} of namespace ${client.options.namespace}.`;
    return new LifecycleError('no_worker', message, options);
  }
  return null;
}

function isUnknownIntegration(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  const { cause } = error instanceof WorkflowUpdateFailedError ? error : {};
  return cause instanceof ApplicationFailure && cause.type === UNKNOWN_INTEGRATION;
}

function isTimeout(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = (error as { cause?: unknown } | null)?.cause ?? error;
  return isGrpcServiceError(cause) && TIMED_OUT.includes(cause.code);
}

/** Whether no worker has polled for a minute, as far as the server tells. */
async function isWithoutWorker(client: Client): Promise<boolean> {
  const { namespace } = client.options;
  const asked = { namespace, taskQueue: { name: TASK_QUEUE }, taskQueueType: 1 };
  try {
    const { pollers } = await client.withDeadline(Date.now() + ASK_QUEUE_WITHIN_MS, () =>
      client.workflowService.describeTaskQueue(asked),
    );
    const goneBefore = Date.now() - WORKER_IS_GONE_AFTER_MS;
    return pollers.every(
      ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * SECOND_MS < goneBefore,
    );
  } catch {
    return false;
  }
}
