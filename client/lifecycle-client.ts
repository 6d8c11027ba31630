import { type Client, WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import { type Rejection } from '../core/lifecycle/facts';
import {
  type EnsureFreshInput,
  type EnsureFreshOutcome,
  type LifecycleStatus,
  type RecoverInput,
  type RecoverOutcome,
} from '../core/lifecycle/messages';
import {
  LIFECYCLE_TASK_SECONDS,
  SIGNALS,
  TASK_QUEUE,
  WORKFLOW_TYPES,
  ensureFreshUpdateId,
  lifecycleWorkflowId,
  recoverUpdateId,
} from '../core/names';
import { SECOND_MS } from '../core/time';
import { lifecycleErrorOf } from './lifecycle-errors';
import { ensureFreshUpdate, recoverUpdate, statusQuery } from '../workflows/messages';

/** Every question to a lifecycle is answered within this. */
const ANSWER_WITHIN_MS = 20 * SECOND_MS;
const STATUS_WITHIN_MS = 10 * SECOND_MS;
const ASK_AGAIN_MS = 1 * SECOND_MS;
/** A run at its message limit continues as new as soon as its worker allows: that often and long it is tried again. */
const LIMIT_TRIES = 15;
const LIMIT_WAIT_MS = 1 * SECOND_MS;

export type Recovered = Exclude<RecoverOutcome, 'not_yet'>;
export type EnsuredFresh = Exclude<EnsureFreshOutcome, 'not_yet'>;

/**
 * What a service can ask of lifecycles. Ids are Evergrant's (`int_…`), versions are whole numbers from 1, times are in
 * milliseconds. Each method but `status` starts the lifecycle it is for if it is not running. Where no answer can come,
 * a `LifecycleError` says why: no such integration, no such namespace, no worker. While the server itself does not
 * answer, `recover` and `ensureFresh` answer `undecided`, and the others throw Temporal's `ServiceError`.
 * @see https://docs.temporal.io/develop/typescript/workflows/message-passing
 */
export interface LifecycleClient {
  /** Starts the lifecycle unless it is running. */
  start(integrationId: string): Promise<void>;
  /** Notifies it that its row was changed outside: reconnect, disconnect, deauthorize, pause, resume. */
  rowChanged(integrationId: string): Promise<void>;
  /**
   * Reports a call that Instagram refused with code 190 or 102, without waiting for the decision. `version` is that of
   * the token the call was made with. Any other code is ignored.
   * @see https://developers.facebook.com/docs/graph-api/guides/error-handling
   */
  tokenRejected(integrationId: string, report: Rejection): Promise<void>;
  /**
   * Waits, at most 20 s, for what becomes of a token version: after a refused call (`code` 190 or 102), on request
   * (`recheck`), or for a decision under way (neither). Callers of one version within 20 s share one answer, those of a
   * recheck within the second of `askedAt` (epoch ms, now unless given). While a recovery rests until its next attempt
   * the answer is `undecided`, and leaves nothing in the lifecycle's history.
   * @returns `stale_version`: a newer version exists, read it · `verified_ok`: the token works, repeat the call ·
   * `refreshed`: read the new token, repeat the call · `expired`: the owner must reconnect · `undecided`: ask later
   * @throws LifecycleError
   */
  recover(integrationId: string, report: RecoverInput, askedAt?: number): Promise<Recovered>;
  /**
   * One refresh attempt now if no more than `withinMs` of the lifetime is left (null: in any case). Waits at most 20 s.
   * @returns `fresh`: more is left · `refreshed` · `refresh_failed`: the token stays in use, and is retried ·
   * `not_due`: it is under 24 hours old, which Meta does not refresh · `expired` · `undecided`: ask later
   * @throws LifecycleError
   * @see https://developers.facebook.com/documentation/instagram-platform/reference/refresh_access_token
   */
  ensureFresh(integrationId: string, request: EnsureFreshInput): Promise<EnsuredFresh>;
  /**
   * What the lifecycle knows and does next. Needs a running worker; waits at most 10 s.
   * @throws LifecycleError
   */
  status(integrationId: string): Promise<LifecycleStatus>;
}

/** Whether Temporal refused a message because its run has received all that it may (10,000 signals). */
export function isAtItsLimit(error: unknown): boolean {
  const cause = (error as { cause?: unknown } | null)?.cause ?? error;
  const { details, message } = (cause ?? {}) as { details?: string; message?: string };
  return /exceeded workflow execution limit for signal/i.test(`${details} ${message}`);
}

/** Creates a typed client of lifecycles over a Temporal client. @param clock for tests and sandboxes */
export function createLifecycleClient(
  client: Client,
  clock: { now(): number } = { now: () => Date.now() },
): LifecycleClient {
  const startOptions = (integrationId: string) => ({
    workflowId: lifecycleWorkflowId(integrationId),
    taskQueue: TASK_QUEUE,
    args: [{ integrationId }],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowTaskTimeout: `${LIFECYCLE_TASK_SECONDS}s` as const,
  });

  async function signal(integrationId: string, name: string, args: unknown[]): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await client.workflow.signalWithStart(WORKFLOW_TYPES.tokenLifecycle, {
          ...startOptions(integrationId),
          signal: name,
          signalArgs: args,
        });
        return;
      } catch (error) {
        if (!isAtItsLimit(error) || tries >= LIMIT_TRIES)
          throw (await lifecycleErrorOf(client, error)) ?? error;
        await new Promise((resolve) => setTimeout(resolve, LIMIT_WAIT_MS));
      }
    }
  }

  /** Callers in this process that ask the same share one answer: a crowd costs Temporal one call. */
  const asking = new Map<string, Promise<string>>();
  function ask<Answer extends string>(
    integrationId: string,
    updateId: string,
    send: () => Promise<Answer | 'not_yet'>,
  ): Promise<Exclude<Answer, 'not_yet'> | 'undecided'> {
    const question = `${integrationId}/${updateId}`;
    const answer = asking.get(question) ?? askAlone(send).finally(() => asking.delete(question));
    asking.set(question, answer);
    return answer as ReturnType<typeof askAlone<Answer>>;
  }

  /** Asks until the answer is about the version asked for, or time is up. @throws LifecycleError */
  async function askAlone<Answer extends string>(
    send: () => Promise<Answer | 'not_yet'>,
  ): Promise<Exclude<Answer, 'not_yet'> | 'undecided'> {
    // The machine's clock: callers do not wait in a sandbox's time.
    const deadline = Date.now() + ANSWER_WITHIN_MS;
    while (Date.now() < deadline - ASK_AGAIN_MS) {
      const answer = await client.withDeadline(deadline, send).catch(async (error: unknown) => {
        const cause = await lifecycleErrorOf(client, error);
        if (cause) throw cause;
        return 'undecided' as const;
      });
      if (answer !== 'not_yet') return answer as Exclude<Answer, 'not_yet'>;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
    return 'undecided';
  }

  const startOperation = (integrationId: string) =>
    new WithStartWorkflowOperation(WORKFLOW_TYPES.tokenLifecycle, startOptions(integrationId));

  return {
    async start(integrationId) {
      try {
        await client.workflow.start(WORKFLOW_TYPES.tokenLifecycle, startOptions(integrationId));
      } catch (error) {
        throw (await lifecycleErrorOf(client, error)) ?? error;
      }
    },
    rowChanged: (integrationId) => signal(integrationId, SIGNALS.rowChanged, []),
    tokenRejected: (integrationId, { version, code, subcode, source }) =>
      signal(integrationId, SIGNALS.tokenRejected, [{ version, code, subcode, source }]),

    recover: (integrationId, report, askedAt) => {
      const updateId = () => recoverUpdateId(report, askedAt ?? clock.now());
      return ask(integrationId, updateId(), () =>
        client.workflow.executeUpdateWithStart(recoverUpdate, {
          updateId: updateId(),
          args: [report],
          startWorkflowOperation: startOperation(integrationId),
        }),
      );
    },

    ensureFresh: (integrationId, request) => {
      const updateId = () => ensureFreshUpdateId(request.version, request.withinMs, clock.now());
      return ask(integrationId, updateId(), () =>
        client.workflow.executeUpdateWithStart(ensureFreshUpdate, {
          updateId: updateId(),
          args: [request],
          startWorkflowOperation: startOperation(integrationId),
        }),
      );
    },

    async status(integrationId) {
      const handle = client.workflow.getHandle(lifecycleWorkflowId(integrationId));
      try {
        const deadline = Date.now() + STATUS_WITHIN_MS;
        return await client.withDeadline(deadline, () => handle.query(statusQuery));
      } catch (error) {
        throw (await lifecycleErrorOf(client, error)) ?? error;
      }
    },
  };
}
