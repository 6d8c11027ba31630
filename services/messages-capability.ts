import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { ProviderError } from '../adapters/instagram/provider-error';
import { type Integration } from '../adapters/postgres/integrations/integration-row';
import { recordMessagesCall } from '../adapters/postgres/messages/messages-capability';
import { takesNoWrites } from '../adapters/postgres/write-check';
import { type CallProblem } from '../core/lifecycle/failure';
import { type CallArea, capabilityAfter, refusedInAdvance } from '../core/messaging/capability';

/**
 * Makes one call for an account's messages, and learns from it whether Instagram allows them. One that is known to be
 * refused is not made.
 * @throws ProviderError
 */
export async function callForMessages<T>(
  { pool, clock }: { pool: Pool; clock: Clock },
  row: Integration,
  area: CallArea,
  call: () => Promise<T>,
): Promise<T> {
  const { grantNo, messagesCapability: known } = row;
  const refused = refusedInAdvance(known, { grantNo, area }, clock.now());
  if (refused) throw ProviderError.knownRefusal(area === 'send' ? 'send_message' : 'read_messages', refused);

  async function learn(problem: CallProblem | null): Promise<void> {
    const ended = { grantNo, area, problem };
    // Nearly always nothing is new, which costs no query.
    if (capabilityAfter(known, ended, clock.now()) === known) return;
    await recordMessagesCall(pool, row.id, ended, clock.now()).catch((error: unknown) => {
      // The caller has an answer all the same, and the next call shows it again.
      if (!takesNoWrites(error)) throw error;
    });
  }

  let result: T;
  try {
    result = await call();
  } catch (error) {
    if (error instanceof ProviderError && error.failure.class === 'call') await learn(error.failure.problem);
    throw error;
  }
  await learn(null);
  return result;
}
