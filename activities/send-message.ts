import { ProviderError } from '../adapters/instagram/provider-error';
import { finishSend, findSend } from '../adapters/postgres/message-sends';
import { readPayload } from '../adapters/postgres/sealed-payloads';
import { type Integration } from '../adapters/postgres/integration-row';
import {
  type SendMessageInput,
  type SendResult,
  type SentMessage,
  WANTED_MESSAGE,
  type WantedMessage,
} from '../core/send';
import { MINUTE_MS } from '../core/time';
import { type Deps } from './deps';
import { FAILURE_TYPES, failure, toApplicationFailure } from './failures';
import { withToken } from './with-token';

/** Sends one message. A send without a clear answer fails as `OutcomeUnknown`: it may have arrived. */
export async function sendMessage(deps: Deps, input: SendMessageInput): Promise<SentMessage> {
  const ended = await howItEnded(deps, input);
  if (ended) return ended;
  return withToken(deps, input.integrationId, 'sendMessage', async (token, integration) => {
    const wanted = await wantedMessage(deps, integration, input);
    try {
      return await deps.instagram.sendMessage(token, wanted);
    } catch (error) {
      if (error instanceof ProviderError && mayHaveArrived(error)) {
        throw failure(FAILURE_TYPES.outcomeUnknown, error.message, { nonRetryable: true });
      }
      throw error;
    }
  });
}

/** A run that begins just after another one of the same key has ended sends nothing any more. */
async function howItEnded(deps: Deps, input: SendMessageInput): Promise<SentMessage | null> {
  const send = await findSend(deps.pool, input.integrationId, input.keyDigest).catch((error: unknown) => {
    throw toApplicationFailure(error);
  });
  if (send?.payloadId !== input.payloadId) return null;
  if (!send.problem) return send.sent;
  const { code, detail } = send.problem;
  throw failure(FAILURE_TYPES.callRefused, detail, { nonRetryable: true, details: [{ problem: code }] });
}

/** Looks in the conversation whether a send whose answer was lost did arrive. */
export function findSent(deps: Deps, input: SendMessageInput): Promise<SentMessage | null> {
  return withToken(deps, input.integrationId, 'sendMessage', async (token, integration) => {
    const wanted = await wantedMessage(deps, integration, input);
    const send = await findSend(deps.pool, input.integrationId, input.keyDigest);
    const since = (send?.createdAt ?? 0) - MINUTE_MS;
    const conversations = await deps.instagram.listConversations(token, {
      cursor: null,
      limit: 5,
      userId: wanted.recipientId,
    });
    for (const { id } of conversations.data) {
      const { data } = await deps.instagram.listMessages(token, {
        conversationId: id,
        cursor: null,
        limit: 20,
      });
      for (const message of data) {
        const ours = message.from?.id === integration.accountId && message.text === wanted.text;
        if (!ours || (message.createdAt ?? 0) < since) continue;
        if (await isKnown(deps, input.integrationId, message.id)) continue;
        return { messageId: message.id, recipientId: wanted.recipientId };
      }
    }
    return null;
  });
}

/** Writes down how a send ended, for whoever asks with the same key. */
export async function recordSend(
  deps: Deps,
  input: SendMessageInput & { result: SendResult },
): Promise<void> {
  try {
    await finishSend(deps.pool, input.integrationId, input.keyDigest, input.result, deps.clock.now());
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

async function wantedMessage(
  deps: Deps,
  integration: Integration,
  input: SendMessageInput,
): Promise<WantedMessage> {
  const context = { integrationId: integration.id, provider: integration.provider, purpose: WANTED_MESSAGE };
  const text = await readPayload(deps.pool, deps.sealer, input.payloadId, context, deps.clock.now());
  if (!text) {
    throw failure(FAILURE_TYPES.callRefused, 'The message is not kept any more.', {
      nonRetryable: true,
      details: [{ problem: 'rejected' }],
    });
  }
  return JSON.parse(text.reveal()) as WantedMessage;
}

/** Another send of the same words was answered with this id. */
async function isKnown(deps: Deps, integrationId: string, messageId: string): Promise<boolean> {
  const { rowCount } = await deps.pool.query(
    'select 1 from message_sends where integration_id = $1 and message_id = $2',
    [integrationId, messageId],
  );
  return (rowCount ?? 0) > 0;
}

/** Only an error that Instagram itself worded says that nothing was sent; code 1 and 2 do not. */
function mayHaveArrived(error: ProviderError): boolean {
  return error.code === null || error.failure.class === 'transient';
}
