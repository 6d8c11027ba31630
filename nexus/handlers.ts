import { ApplicationFailure } from '@temporalio/common';
import { WorkflowRunOperationHandler, startWorkflow } from '@temporalio/nexus';
import {
  HandlerError,
  type HandlerErrorType,
  HandlerStartOperationResult,
  type OperationHandler,
  type ServiceHandler,
  type StartOperationContext,
  serviceHandler,
} from 'nexus-rpc';
import { withDeadline } from '../adapters/deadline';
import { type Integration } from '../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../adapters/postgres/integrations/integrations';
import { checkInput } from '../activities/messaging/check-input';
import { type SendDeps, claimMessage } from '../activities/messaging/send-for-workflow';
import { type LifecycleClient } from '../client/lifecycle-client';
import { FAILURE_TYPES } from '../core/failure-types';
import { isUsable } from '../core/lifecycle/states';
import { type NewMessageInput } from '../core/messaging/activities-contract';
import { type SendMessageInput, type SendResult } from '../core/messaging/send';
import { WORKFLOW_TYPES } from '../core/names';
import { DAY_MS, SECOND_MS } from '../core/time';
import { sendMessageStart } from '../services/message-sends';
import { INPUTS } from './inputs';
import { type ConnectionStatus, evergrantService } from '../client/nexus';

/** What operations act with. */
export interface NexusDeps extends Pick<SendDeps, 'pool' | 'sealer' | 'clock'> {
  asker: LifecycleClient;
}

/** Temporal gives a handler ten seconds, and asks again. */
const ANSWER_WITHIN_MS = 8 * SECOND_MS;

/** The operations of the service, for a worker of the task queue `evergrant`. */
export function createNexusService(deps: NexusDeps): ServiceHandler {
  return serviceHandler(evergrantService, {
    status: (_context, given) =>
      answered(async () => {
        const { integrationId } = checkInput(INPUTS.status, given);
        return statusOf(deps, await findRow(deps, integrationId));
      }),

    reportRejection: (_context, given) =>
      answered(async () => {
        const { integrationId, ...report } = checkInput(INPUTS.rejection, given);
        const row = await findConnected(deps, integrationId);
        if (report.version > row.version)
          throw new HandlerError('BAD_REQUEST', `version: the latest version is ${row.version}`);
        const outcome = known(row, report.version) ?? (await inTime(deps.asker.recover(row.id, report)));
        return { outcome, ...statusOf(deps, await findRow(deps, row.id)) };
      }),

    ensureFresh: (_context, given) =>
      answered(async () => {
        const { integrationId, withinDays } = checkInput(INPUTS.fresh, given);
        const { id, version } = await findConnected(deps, integrationId);
        const outcome = await inTime(deps.asker.ensureFresh(id, { version, withinMs: withinDays * DAY_MS }));
        return { outcome, ...statusOf(deps, await findRow(deps, id)) };
      }),

    sendMessage: sendOperation(deps),
  });
}

/** A send is the `SendMessage` workflow of its key, which HTTP requests with that key wait for, too. */
function sendOperation(deps: NexusDeps): OperationHandler<NewMessageInput, SendResult> {
  const run = new WorkflowRunOperationHandler<SendMessageInput, SendResult>((context, input) =>
    startWorkflow<(input: SendMessageInput) => Promise<SendResult>>(
      context,
      WORKFLOW_TYPES.sendMessage,
      sendMessageStart(input),
    ),
  );
  return {
    start: (context: StartOperationContext, given: NewMessageInput) =>
      answered(async () => {
        const { input, send } = await claimMessage(deps, given);
        if (send.sent) return HandlerStartOperationResult.sync({ sent: send.sent });
        if (send.problem) return HandlerStartOperationResult.sync({ problem: send.problem });
        return run.start(context, input);
      }),
    cancel: () =>
      Promise.reject(
        new HandlerError('NOT_IMPLEMENTED', 'A message that is being sent cannot be called back.'),
      ),
  };
}

async function findRow({ pool }: Pick<NexusDeps, 'pool'>, id: string): Promise<Integration> {
  const row = await findIntegration(pool, id);
  if (!row) throw new HandlerError('NOT_FOUND', 'There is no such integration.');
  return row;
}

async function findConnected(deps: Pick<NexusDeps, 'pool'>, id: string): Promise<Integration> {
  const row = await findRow(deps, id);
  if (row.state === 'pending' || row.state === 'disconnected')
    throw new HandlerError('CONFLICT', `The integration is ${row.state}.`);
  return row;
}

/** What the row says without asking. */
function known(row: Integration, version: number): 'stale_version' | 'expired' | null {
  if (version < row.version) return 'stale_version';
  return row.state === 'expired' ? 'expired' : null;
}

function statusOf({ clock }: Pick<NexusDeps, 'clock'>, row: Integration): ConnectionStatus {
  const { id, state, reason, version, expiresAt, accountId, username } = row;
  return {
    integrationId: id,
    state,
    usable: isUsable(state) && expiresAt !== null && clock.now() < expiresAt,
    reason,
    tokenVersion: version,
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    account: accountId === null ? null : { id: accountId, username },
  };
}

/** The lifecycle's answer. One that takes longer is asked for again, and is the same question then. */
function inTime<T>(answer: Promise<T>): Promise<T> {
  return withDeadline(Date.now() + ANSWER_WITHIN_MS, answer, (): never => {
    throw new HandlerError('REQUEST_TIMEOUT', 'The lifecycle has not decided yet.', {
      retryableOverride: true,
    });
  });
}

const TYPES: Record<string, HandlerErrorType> = {
  [FAILURE_TYPES.invalidRequest]: 'BAD_REQUEST',
  [FAILURE_TYPES.idempotencyMismatch]: 'BAD_REQUEST',
  [FAILURE_TYPES.payloadExpired]: 'BAD_REQUEST',
  [FAILURE_TYPES.payloadUnknown]: 'BAD_REQUEST',
  [FAILURE_TYPES.notConnected]: 'NOT_FOUND',
};

/** What is not the caller's mistake may pass, and is tried again. Its text stays here. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HandlerError) throw error;
    const type = error instanceof ApplicationFailure ? TYPES[error.type ?? ''] : undefined;
    if (type) throw new HandlerError(type, (error as Error).message, { retryableOverride: false });
    throw new HandlerError('UNAVAILABLE', 'The service cannot answer now.', { retryableOverride: true });
  }
}
