import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { sha256 } from '../adapters/digest';
import { type Sealer } from '../adapters/encryption/sealer';
import { type Integration } from '../adapters/postgres/integrations/integration-row';
import {
  type MessageSend,
  SEND_KEPT_MS,
  claimSend,
  findSend,
} from '../adapters/postgres/messages/message-sends';
import { storePayload } from '../adapters/postgres/messages/sealed-payloads';
import { OUTGOING_MESSAGE, type OutgoingMessage, type SendMessageInput } from '../core/messaging/send';
import { TASK_QUEUE, sendMessageWorkflowId } from '../core/names';

type SendDeps = { pool: Pool; sealer: Sealer; clock: Clock };

/** Longer texts are refused by Instagram. */
export const MAX_TEXT_BYTES = 1_000;

/** The idempotency key was used for another message. */
export class KeyUsedForAnother extends Error {
  override name = 'KeyUsedForAnother';
  constructor() {
    super('This idempotency key was used for another message. Use a new key.');
  }
}

export function keyDigestOf(idempotencyKey: string): string {
  return digest(idempotencyKey);
}

/** The send that used this key within the last 7 days; null: none. @throws KeyUsedForAnother */
export async function findKept(
  { pool, clock }: Pick<SendDeps, 'pool' | 'clock'>,
  row: Integration,
  keyDigest: string,
  wanted: OutgoingMessage,
): Promise<MessageSend | null> {
  const found = await findSend(pool, row.id, keyDigest);
  if (!found || found.createdAt + SEND_KEPT_MS <= clock.now()) return null;
  return sameRequest(found, requestDigestOf(wanted));
}

/**
 * Stores the message under its key. Of two concurrent requests the first one's message is stored, and both get its result.
 * @throws KeyUsedForAnother
 */
export async function claimKey(
  { pool, sealer, clock }: SendDeps,
  row: Integration,
  keyDigest: string,
  wanted: OutgoingMessage,
): Promise<MessageSend> {
  const now = clock.now();
  const payload = {
    integrationId: row.id,
    provider: row.provider,
    purpose: OUTGOING_MESSAGE,
    text: JSON.stringify(wanted),
    lifeMs: SEND_KEPT_MS,
  };
  const requestDigest = requestDigestOf(wanted);
  const payloadId = await storePayload(pool, sealer, payload, now);
  const request = { integrationId: row.id, keyDigest, requestDigest, payloadId };
  const { send } = await claimSend(pool, request, now);
  return sameRequest(send, requestDigest);
}

/** How a send's workflow is started, or waited for when it runs. */
export function sendMessageStart(input: SendMessageInput) {
  return {
    workflowId: sendMessageWorkflowId(input.integrationId, input.keyDigest),
    taskQueue: TASK_QUEUE,
    args: [input] as [SendMessageInput],
    // As long as the key is kept: until then its result can still be stored.
    workflowRunTimeout: '7 days' as const,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  };
}

function requestDigestOf({ recipientId, text, tag }: OutgoingMessage): string {
  return digest(JSON.stringify({ recipientId, text, tag }));
}

function sameRequest(found: MessageSend, requestDigest: string): MessageSend {
  if (found.requestDigest === requestDigest) return found;
  throw new KeyUsedForAnother();
}

function digest(text: string): string {
  return sha256(text).toString('hex');
}
