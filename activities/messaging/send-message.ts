import { ProviderError } from '../../adapters/instagram/provider-error';
import {
  beginCall,
  claimSent,
  endCall,
  finishSend,
  findSend,
  forgetCall,
} from '../../adapters/postgres/messages/message-sends';
import { type SendMessageInput, type SendResult, type SentMessage } from '../../core/messaging/send';
import { type Deps } from '../deps';
import { FAILURE_TYPES } from '../../core/failure-types';
import { failure, toApplicationFailure } from '../failures';
import { loadOutgoingMessage } from './outgoing-message';
import { withToken } from './with-token';

type SendDeps = Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'lifecycles'>;

/** Sends one message. A send without a clear answer fails as `OutcomeUnknown`: the message may have arrived. */
export async function sendMessage(deps: SendDeps, input: SendMessageInput): Promise<SentMessage> {
  const earlier = await earlierResult(deps, input);
  if (earlier) return earlier;
  return withToken(deps, input.integrationId, 'sendMessage', async (token, integration) => {
    const message = await loadOutgoingMessage(deps, integration, input);
    const calledAt = deps.clock.now();
    if (!(await beginCall(deps.pool, input, calledAt))) {
      throw outcomeUnknown('An earlier send of this message did not finish.');
    }
    const sent = await deps.instagram.sendMessage(token, message).catch(async (error: unknown) => {
      if (error instanceof ProviderError && mayHaveArrived(error)) {
        // Without the note, a look at the conversation has to wait until no call can be under way any more.
        await endCall(deps.pool, input, calledAt, deps.clock.now()).catch(() => undefined);
        throw outcomeUnknown(error.message);
      }
      await forgetCall(deps.pool, input, calledAt);
      throw error;
    });
    // The message was sent, even if this cannot be stored now.
    const isClaimed = await claimSent(deps.pool, input, sent, deps.clock.now()).catch(() => true);
    if (isClaimed) return sent;
    // A lookup for another send with the same text claimed this message, so that send's own may be missing.
    throw outcomeUnknown('The sent message was matched to another send.');
  });
}

function outcomeUnknown(why: string) {
  return failure(FAILURE_TYPES.outcomeUnknown, why, { nonRetryable: true });
}

/** The result of an earlier run with the same key: a run that starts just after it must not send again. */
async function earlierResult(
  { pool }: Pick<Deps, 'pool'>,
  input: SendMessageInput,
): Promise<SentMessage | null> {
  const send = await findSend(pool, input.integrationId, input.keyDigest).catch((error: unknown) => {
    throw toApplicationFailure(error);
  });
  if (send?.payloadId !== input.payloadId) return null;
  if (!send.problem) return send.sent;
  const { code, detail } = send.problem;
  throw failure(FAILURE_TYPES.callRefused, detail, { nonRetryable: true, details: [{ problem: code }] });
}

/** Stores the result of a send, which later requests with the same key receive. */
export async function recordSend(
  { pool, clock }: Pick<Deps, 'pool' | 'clock'>,
  input: SendMessageInput & { result: SendResult },
): Promise<void> {
  try {
    await finishSend(pool, input.integrationId, input.keyDigest, input.result, clock.now());
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

/** A refusal by Instagram proves that nothing was sent. No answer, a 5xx, and codes 1 and 2 prove nothing. */
function mayHaveArrived(error: ProviderError): boolean {
  return ['transient', 'unreadable'].includes(error.failure.class);
}
