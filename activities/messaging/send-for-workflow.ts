import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/activity';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type MessageSend } from '../../adapters/postgres/messages/message-sends';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { type NewMessageInput } from '../../core/messaging/activities-contract';
import { FAILURE_TYPES } from '../../core/failure-types';
import {
  OUTCOME_UNKNOWN,
  OUTGOING_TEXT,
  type OutgoingMessage,
  type SendMessageInput,
  type SentMessage,
} from '../../core/messaging/send';
import { SECOND_MS } from '../../core/time';
import { KeyUsedForAnother, claimKey, findKept, keyDigestOf } from '../../services/message-sends';
import { type Deps } from '../deps';
import { failure, noIntegration, toApplicationFailure } from '../failures';
import { INPUTS, checkInput } from './check-input';
import { findSent } from './find-sent';
import { openKept } from './payloads';
import { recordSend, sendMessage } from './send-message';

export type SendDeps = Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'lifecycles' | 'pause'>;

/** What was taken shows up in the conversation a moment later. */
const SHOWS_AFTER_MS = 1 * SECOND_MS;

/**
 * Sends one message for anybody's workflow, once per key: the same machinery as the `SendMessage` workflow, within one
 * activity. Whatever attempt comes next, here or elsewhere, goes on from the row of the key.
 */
export async function sendForWorkflow(deps: SendDeps, given: NewMessageInput): Promise<SentMessage> {
  const { input, send } = await claimMessage(deps, given);
  if (send.problem?.code === 'outcome_unknown')
    throw failure(FAILURE_TYPES.outcomeUnknown, send.problem.detail, { nonRetryable: true });
  try {
    return await sendOrFind(deps, input);
  } catch (error) {
    const problem = finalProblem(error);
    // The same key gets the same answer, as over HTTP.
    if (problem) await recordSend(deps, { ...input, result: { problem } });
    throw error;
  }
}

async function sendOrFind(deps: SendDeps, input: SendMessageInput): Promise<SentMessage> {
  try {
    return await sendMessage(deps, input);
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== FAILURE_TYPES.outcomeUnknown) throw error;
  }
  await (deps.pause ?? pause)(SHOWS_AFTER_MS);
  const found = await findSent(deps, input);
  if (found) return found;
  throw failure(FAILURE_TYPES.providerUnavailable, 'Instagram did not take the message. It is sent again.');
}

/** Stores the message under its key, unless an earlier attempt has. @throws `InvalidRequest` | `IdempotencyMismatch` … */
export async function claimMessage(
  deps: Pick<SendDeps, 'pool' | 'sealer' | 'clock'>,
  given: NewMessageInput,
): Promise<{ input: SendMessageInput; send: MessageSend }> {
  const { integrationId, recipientId, tag, idempotencyKey, ...of } = checkInput(INPUTS.send, given);
  try {
    const row = await findIntegration(deps.pool, integrationId);
    if (!row) throw noIntegration();
    const text = of.text ?? (await storedText(deps, row, of.payloadId ?? ''));
    const wanted: OutgoingMessage = { recipientId, text, tag: tag ?? null };
    const keyDigest = keyDigestOf(idempotencyKey);
    const kept = await findKept(deps, row, keyDigest, wanted);
    const send = kept ?? (await claimKey(deps, row, keyDigest, wanted));
    return { input: { integrationId, keyDigest, payloadId: send.payloadId }, send };
  } catch (error) {
    if (error instanceof KeyUsedForAnother)
      throw failure(FAILURE_TYPES.idempotencyMismatch, error.message, { nonRetryable: true });
    throw toApplicationFailure(error);
  }
}

async function storedText(
  deps: Pick<SendDeps, 'pool' | 'sealer' | 'clock'>,
  row: Integration,
  payloadId: string,
): Promise<string> {
  const { text } = await openKept(deps, row, payloadId, [OUTGOING_TEXT]);
  return text;
}

function finalProblem(error: unknown): { code: string; detail: string } | null {
  if (!(error instanceof ApplicationFailure)) return null;
  const [details] = (error.details ?? []) as [{ problem?: string }?];
  switch (error.type) {
    case FAILURE_TYPES.callRefused:
      return { code: details?.problem ?? 'provider_rejected_call', detail: error.message };
    case FAILURE_TYPES.outcomeUnknown:
      return OUTCOME_UNKNOWN;
    default:
      return null;
  }
}
