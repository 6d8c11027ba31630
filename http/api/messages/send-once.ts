import { WorkflowFailedError } from '@temporalio/client';
import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import {
  KeyUsedForAnother,
  MAX_TEXT_BYTES,
  claimKey,
  findKept,
  keyDigestOf,
  sendMessageStart,
} from '../../../services/message-sends';
import { usableToken } from '../../../services/usable-token';
import { WORKFLOW_TYPES } from '../../../core/names';
import {
  type SendMessageInput,
  type SendResult,
  type SentMessage,
  type OutgoingMessage,
} from '../../../core/messaging/send';
import { type HttpDeps } from '../../deps';
import { REFUSALS } from '../../errors';
import { requestDeadline } from '../../deadlines';
import { withDeadline } from '../../../adapters/deadline';
import { PROBLEMS, Problem, type ProblemCode } from '../../problems';
import { tokenOnceDecided } from './with-recovery';

type SendOnceDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'lifecycles' | 'temporal'>;

/**
 * Sends a message once per key. For 7 days, the same key returns the same result.
 * @throws Problem `outcome_unknown` if it is unknown whether the message was sent; NoToken
 */
export async function sendOnce(
  deps: SendOnceDeps,
  row: Integration,
  {
    recipientId,
    text,
    tag = null,
  }: { recipientId: string; text: string; tag?: OutgoingMessage['tag'] | undefined },
  key: string,
): Promise<SentMessage> {
  const deadline = requestDeadline();
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw new Problem('text_too_long', REFUSALS.text_too_long);
  const wanted: OutgoingMessage = { recipientId, text, tag };
  const keyDigest = keyDigestOf(key);

  let known = await findKept(deps, row, keyDigest, wanted).catch(asProblem);
  if (!known?.sent && !known?.problem) {
    await tokenOnceDecided(deps, row.id, deadline);
    known = await claimKey(deps, row, keyDigest, wanted).catch(asProblem);
  }
  if (known.sent) return known.sent;
  if (known.problem) throw await problemOf(deps, known.problem, row.id);
  const input = { integrationId: row.id, keyDigest, payloadId: known.payloadId };
  const result = await run(deps, input, deadline);
  if ('sent' in result) return result.sent;
  throw await problemOf(deps, result.problem, row.id);
}

function asProblem(error: unknown): never {
  if (error instanceof KeyUsedForAnother)
    throw new Problem(
      'idempotency_mismatch',
      'This Idempotency-Key was used for another message. Use a new key.',
    );
  throw error;
}

/** Starts the send, or waits for one that is in progress. A send that takes longer continues without the request. */
async function run(
  deps: Pick<HttpDeps, 'temporal'>,
  input: SendMessageInput,
  deadline: number,
): Promise<SendResult> {
  const sending = deps.temporal.withDeadline(deadline, () => startAndWait(deps, input));
  try {
    return await withDeadline(deadline, sending, () => {
      throw new Problem(
        'service_unavailable',
        'The message is still being sent. Send the request again with the same Idempotency-Key.',
      );
    });
  } catch (error) {
    if (error instanceof WorkflowFailedError)
      throw new Problem(
        'outcome_unknown',
        'Sending was interrupted. Check the conversation before you send the message again.',
      );
    throw error;
  }
}

async function startAndWait(deps: Pick<HttpDeps, 'temporal'>, input: SendMessageInput): Promise<SendResult> {
  const handle = await deps.temporal.workflow.start(WORKFLOW_TYPES.sendMessage, sendMessageStart(input));
  return (await handle.result()) as SendResult;
}

/** The problem of a failed send, by the integration's current state. */
async function problemOf(
  deps: SendOnceDeps,
  { code, detail }: { code: string; detail: string },
  id: string,
): Promise<Error> {
  if (['reconnect_required', 'not_connected', 'recovery_pending'].includes(code)) {
    const usable = usableToken(deps.pool, deps.sealer, id, deps.clock.now());
    // The token is usable again, so the same key may be retried at once.
    return usable.then(
      () =>
        new Problem(
          'recovery_pending',
          'The token was just replaced. Send the request again with the same Idempotency-Key.',
        ),
      (error: Error) => error,
    );
  }
  if (code in REFUSALS) return new Problem(code as ProblemCode, REFUSALS[code as keyof typeof REFUSALS]);
  if (code in PROBLEMS) return new Problem(code as ProblemCode, detail);
  return new Problem('provider_rejected_call', REFUSALS.provider_rejected_call);
}
