import { ProviderError } from '../../adapters/instagram/provider-error';
import {
  beginCall,
  claimSent,
  finishSend,
  findSend,
  forgetCall,
} from '../../adapters/postgres/messages/message-sends';
import { type SendMessageInput, type SendResult, type SentMessage } from '../../core/messaging/send';
import { type Deps } from '../deps';
import { FAILURE_TYPES, failure, toApplicationFailure } from '../failures';
import { loadOutgoingMessage } from './outgoing-message';
import { withToken } from './with-token';

/** Sends one message. A send without a clear answer fails as `OutcomeUnknown`: it may have arrived. */
export async function sendMessage(deps: Deps, input: SendMessageInput): Promise<SentMessage> {
  const ended = await howItEnded(deps, input);
  if (ended) return ended;
  return withToken(deps, input.integrationId, 'sendMessage', async (token, integration) => {
    const wanted = await loadOutgoingMessage(deps, integration, input);
    if (!(await beginCall(deps.pool, input, deps.clock.now()))) {
      throw outcomeUnknown('An earlier send of this message did not finish.');
    }
    const sent = await deps.instagram.sendMessage(token, wanted).catch(async (error: unknown) => {
      if (error instanceof ProviderError && mayHaveArrived(error)) throw outcomeUnknown(error.message);
      await forgetCall(deps.pool, input);
      throw error;
    });
    // It was sent, whether or not that can be written down now.
    const isOurs = await claimSent(deps.pool, input, sent, deps.clock.now()).catch(() => true);
    if (isOurs) return sent;
    // A look for the same words took this message for its own: now that one's may be missing.
    throw outcomeUnknown('The sent message was matched to another send.');
  });
}

function outcomeUnknown(why: string) {
  return failure(FAILURE_TYPES.outcomeUnknown, why, { nonRetryable: true });
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

/** A refusal that Instagram itself worded says that nothing was sent; silence, a server's trouble and code 1 and 2 do not. */
function mayHaveArrived(error: ProviderError): boolean {
  return error.failure.class === 'transient';
}
