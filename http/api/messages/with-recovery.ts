import { ProviderError } from '../../../adapters/instagram/provider-error';
import { callForMessages } from '../../../services/messages-capability';
import { NoToken, type UsableToken, usableToken } from '../../../services/usable-token';
import { findIntegration } from '../../../adapters/postgres/integrations/integrations';
import { isTokenCode } from '../../../core/lifecycle/failure';
import { answerBy } from '../../../services/answer-by';
import { nextCheckIsAfter } from '../lifecycle/next-check';
import { type HttpDeps } from '../../deps';
import { requestDeadline } from '../../deadlines';
import { withDeadline } from '../../../adapters/deadline';
import { Problem } from '../../problems';

type WithRecoveryDeps = Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'lifecycles'>;

/** A call that is refused after so many recoveries, although the token works, is refused for what it asks. */
const MAX_RECOVERIES = 2;

/**
 * Makes one call that reads messages with the integration's token. On a 190 the lifecycle decides (at most one refresh), and the original
 * call is repeated; the caller notices nothing when that works.
 * @throws NoToken | ProviderError | Problem when there is no answer in time
 */
export function callWithRecovery<T>(
  deps: WithRecoveryDeps,
  integrationId: string,
  source: string,
  call: (usable: UsableToken) => Promise<T>,
): Promise<T> {
  const deadline = requestDeadline();
  const attempts = attempt(deps, integrationId, source, call, deadline);
  return withDeadline(deadline, attempts, () => tooLate(deps, integrationId));
}

async function attempt<T>(
  deps: WithRecoveryDeps,
  integrationId: string,
  source: string,
  call: (usable: UsableToken) => Promise<T>,
  deadline: number,
): Promise<T> {
  for (let recoveries = 0; ;) {
    const usable = await tokenOnceDecided(deps, integrationId, deadline);
    try {
      return await callForMessages(deps, usable.integration, 'read', () => call(usable));
    } catch (error) {
      if (!(error instanceof ProviderError) || !isTokenCode(error.code)) throw error;
      if (recoveries >= MAX_RECOVERIES || Date.now() >= deadline) throw error;
      const report = { version: usable.version, code: error.code ?? 190, subcode: error.subcode, source };
      const outcome = await answerBy(deadline, deps.lifecycles.recover(integrationId, report));
      if (outcome === 'undecided') throw new NoToken('recovery_pending', usable.integration);
      recoveries += 1;
    }
  }
}

async function tooLate(deps: Pick<HttpDeps, 'pool'>, integrationId: string): Promise<never> {
  const row = await findIntegration(deps.pool, integrationId);
  if (row?.state === 'recovering') throw new NoToken('recovery_pending', row);
  throw new Problem('provider_unavailable', 'Instagram did not answer in time. Try again shortly.');
}

/** The usable token; while it is being checked, waits for the decision until the deadline. */
export async function tokenOnceDecided(
  deps: WithRecoveryDeps,
  integrationId: string,
  deadline: number,
): Promise<UsableToken> {
  try {
    return await usableToken(deps.pool, deps.sealer, integrationId, deps.clock.now());
  } catch (error) {
    if (!(error instanceof NoToken) || error.why !== 'recovery_pending' || !error.integration) throw error;
    const now = deps.clock.now();
    if (nextCheckIsAfter(error.integration, deadline - Date.now(), now)) throw error;
    const { version } = error.integration;
    const waiting = deps.lifecycles.recover(integrationId, { version, source: 'messages' });
    await answerBy(deadline, waiting);
    return usableToken(deps.pool, deps.sealer, integrationId, deps.clock.now());
  }
}
