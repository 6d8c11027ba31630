import { activityInfo, heartbeat } from '@temporalio/activity';
import { ProviderError } from '../../adapters/instagram/provider-error';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { claimReport } from '../../adapters/postgres/tokens/rejection-reports';
import { callForMessages } from '../../services/messages-capability';
import { NoToken, usableToken } from '../../services/usable-token';
import { type Secret } from '../../core/access/secret';
import { type CallArea } from '../../core/messaging/capability';
import { isTokenCode } from '../../core/lifecycle/failure';
import { type Deps } from '../deps';
import { FAILURE_TYPES } from '../../core/failure-types';
import { failure, toApplicationFailure } from '../failures';

/** A call that is refused so often, although its token works each time, is refused for what it asks. */
const MAX_REFUSALS = 3;

/**
 * Makes one call to Instagram with the integration's token. A refusal of the token is reported to its lifecycle at once
 * and fails retryably: by the next attempt the token is either proven, replaced, or the owner must reconnect.
 */
export async function withToken<T>(
  deps: Pick<Deps, 'pool' | 'sealer' | 'clock' | 'lifecycles'>,
  integrationId: string,
  source: string,
  call: (token: Secret, integration: Integration) => Promise<T>,
): Promise<T> {
  const usable = await usableToken(deps.pool, deps.sealer, integrationId, deps.clock.now()).catch(
    (error: unknown) => {
      throw error instanceof NoToken ? fromNoToken(error) : toApplicationFailure(error);
    },
  );
  try {
    const area = AREAS[source];
    const make = () => call(usable.token, usable.integration);
    return area ? await callForMessages(deps, usable.integration, area, make) : await make();
  } catch (error) {
    if (error instanceof ProviderError && isTokenCode(error.code)) {
      await reportRefusal(deps, integrationId, usable.version, error, source);
      if (countRefusal() >= MAX_REFUSALS) {
        throw failure(FAILURE_TYPES.callRefused, 'Instagram refuses this call although the token works.', {
          nonRetryable: true,
          details: [{ code: error.code, subcode: error.subcode, problem: 'provider_rejected_call' }],
        });
      }
    }
    throw toApplicationFailure(error);
  }
}

/** What a call, by its name in reports, shows about the account's messages. Others show nothing about them. */
const AREAS: Record<string, CallArea> = {
  listConversations: 'read',
  listMessages: 'read',
  sendMessage: 'send',
};

/** Tells the lifecycle that a version was refused, once. */
export async function reportRefusal(
  deps: Pick<Deps, 'pool' | 'clock' | 'lifecycles'>,
  integrationId: string,
  version: number,
  error: ProviderError,
  source: string,
): Promise<void> {
  const first = await claimReport(deps.pool, integrationId, version, deps.clock.now());
  if (!first) return;
  const rejection = { version, code: error.code ?? 190, subcode: error.subcode, source };
  await deps.lifecycles.tokenRejected(integrationId, rejection);
}

/**
 * How often Instagram refused the token of this call, over all attempts of the activity. An attempt that met a recovery
 * under way called nothing, and does not count: the number travels in the heartbeat from attempt to attempt.
 */
function countRefusal(): number {
  const { heartbeatDetails } = activityInfo();
  const refusals = (typeof heartbeatDetails === 'number' ? heartbeatDetails : 0) + 1;
  heartbeat(refusals);
  return refusals;
}

function fromNoToken(error: NoToken) {
  switch (error.why) {
    case 'reconnect_required':
      return failure(FAILURE_TYPES.reconnectRequired, 'The account must be connected again.', {
        nonRetryable: true,
        details: [{ reason: error.reason }],
      });
    case 'recovery_pending':
      return failure(FAILURE_TYPES.tokenRejected, 'The token is being checked.');
    default:
      return failure(FAILURE_TYPES.notConnected, 'There is no connected account.', {
        nonRetryable: true,
        details: [{ why: error.why }],
      });
  }
}
