import {
  type AccountInput,
  type AccountProfile,
  type GraphCallInput,
  type PayloadReference,
} from '../../core/messaging/activities-contract';
import { FAILURE_TYPES } from '../../core/failure-types';
import { refusalOf } from '../../core/messaging/graph-paths';
import { type Deps } from '../deps';
import { failure } from '../failures';
import { INPUTS, checkInput } from './check-input';
import { keepPayload } from './payloads';
import { withToken } from './with-token';

type CallDeps = Pick<Deps, 'pool' | 'sealer' | 'instagram' | 'clock' | 'lifecycles'>;

/** The account as Instagram knows it now. */
export async function getAccount(deps: CallDeps, given: AccountInput): Promise<AccountProfile> {
  const { integrationId } = checkInput(INPUTS.account, given);
  return withToken(deps, integrationId, 'getAccount', (token) => deps.instagram.readProfile(token));
}

/** Makes a call of the Graph API that is allowed, and keeps its answer. */
export async function callInstagram(deps: CallDeps, given: GraphCallInput): Promise<PayloadReference> {
  const { integrationId, ...call } = checkInput(INPUTS.call, given);
  const refusal = refusalOf(call);
  if (refusal !== null) throw failure(FAILURE_TYPES.pathNotAllowed, refusal, { nonRetryable: true });
  return withToken(deps, integrationId, 'callInstagram', async (token, integration) => {
    const { body, nextCursor } = await deps.instagram.callGraph(token, call);
    return keepPayload(deps, integration, { purpose: 'call', data: body }, nextCursor);
  });
}
