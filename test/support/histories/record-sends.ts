import { ApplicationFailure } from '@temporalio/activity';
import { TASK_QUEUE, WORKFLOW_TYPES } from '../../../core/names';
import { type SendMessageInput, type SentMessage } from '../../../core/messaging/send';
import { type Stack } from '../stack';
import { recordHistory } from './record';

const SENT: SentMessage = { messageId: 'mid_recorded', recipientId: 'igsid_recorded' };

function unknownOutcome(): never {
  throw ApplicationFailure.nonRetryable('The answer was lost.', 'OutcomeUnknown');
}

/** What each of a send's activities does, call by call; the last one is repeated. */
const sendScripts = (): Record<
  string,
  { sends: (() => SentMessage)[]; looks: (() => SentMessage | null)[] }
> => ({
  sent: { sends: [() => SENT], looks: [] },
  found: { sends: [unknownOutcome], looks: [() => SENT] },
  'sent-again': { sends: [unknownOutcome, () => SENT], looks: [() => null] },
  'outcome-unknown': { sends: [unknownOutcome], looks: [unknownOutcome] },
});

/** Sends whose answers arrive, get lost and are found, and stay unknown. */
export async function recordSends(stack: Stack, name: string): Promise<void> {
  const scripts = sendScripts();
  const next = <Answer>(calls: (() => Answer)[]) => (calls.length > 1 ? calls.shift()! : calls[0]!)();
  await stack.stopWorkers();
  await stack.startWorkers({
    sendMessage: async (input) => next(scripts[(input as SendMessageInput).keyDigest]!.sends),
    findSent: async ({ keyDigest }: SendMessageInput) => next(scripts[keyDigest]!.looks),
    recordSend: async () => undefined,
  });
  for (const keyDigest of Object.keys(scripts)) {
    const workflowId = `send-message/int_recorded/${keyDigest}`;
    const input: SendMessageInput = { integrationId: 'int_recorded', keyDigest, payloadId: 'pay_recorded' };
    await stack.client.workflow.execute(WORKFLOW_TYPES.sendMessage, {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [input],
    });
    await recordHistory(stack, `${name}-send-${keyDigest}`, workflowId);
  }
  await stack.stopWorkers();
  await stack.startWorkers();
}
