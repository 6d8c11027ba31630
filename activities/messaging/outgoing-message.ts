import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { readPayload } from '../../adapters/postgres/messages/sealed-payloads';
import { type SendMessageInput, OUTGOING_MESSAGE, type OutgoingMessage } from '../../core/messaging/send';
import { type Deps } from '../deps';
import { FAILURE_TYPES } from '../../core/failure-types';
import { failure } from '../failures';

/** The message to send. Its text is stored encrypted. */
export async function loadOutgoingMessage(
  deps: Pick<Deps, 'pool' | 'sealer' | 'clock'>,
  integration: Integration,
  input: SendMessageInput,
): Promise<OutgoingMessage> {
  const context = {
    integrationId: integration.id,
    provider: integration.provider,
    purpose: OUTGOING_MESSAGE,
  };
  const text = await readPayload(deps.pool, deps.sealer, input.payloadId, context, deps.clock.now());
  if (!text) {
    throw failure(FAILURE_TYPES.callRefused, 'The message is no longer stored.', {
      nonRetryable: true,
      details: [{ problem: 'rejected' }],
    });
  }
  return JSON.parse(text.reveal()) as OutgoingMessage;
}
