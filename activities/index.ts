import { auditFleet } from './fleet/audit';
import { advanceBulkOperation, cancelBulkOperation } from './fleet/bulk-operation';
import { deliverNext } from './deliveries/deliver-next';
import { type Deps } from './deps';
import { toApplicationFailure } from './failures';
import { type EvergrantActivities, type NewMessageInput } from '../core/messaging/activities-contract';
import { type SendMessageInput } from '../core/messaging/send';
import { callInstagram, getAccount } from './messaging/call-instagram';
import { findSent } from './messaging/find-sent';
import { listConversations, listMessages } from './messaging/list-conversations';
import { readPayload } from './messaging/payloads';
import { loadFacts } from './lifecycle/run-step';
import { remind, warnExpiring } from './lifecycle/remind';
import { expire, recoverToken } from './lifecycle/recover-token';
import { refreshToken } from './lifecycle/refresh-token';
import { sendForWorkflow } from './messaging/send-for-workflow';
import { recordSend, sendMessage } from './messaging/send-message';

type Input<Activity extends (deps: Deps, input: never) => unknown> = Parameters<Activity>[1];

/** Everything that workflows may do to the world, bound to what it is done with. */
export function createActivities(deps: Deps) {
  /** What dates tokens or decides by dates is done only on a machine whose clock can be believed. */
  const byTheClock =
    <I, Result>(activity: (deps: Deps, input: I) => Promise<Result>) =>
    async (input: I): Promise<Result> => {
      await deps.clockCheck().catch((error: unknown) => {
        throw toApplicationFailure(error);
      });
      return activity(deps, input);
    };
  return {
    loadFacts: byTheClock(loadFacts),
    refreshToken: byTheClock(refreshToken),
    recoverToken: byTheClock(recoverToken),
    warnExpiring: byTheClock(warnExpiring),
    remind: byTheClock(remind),
    expire: byTheClock(expire),
    getAccount: (input: Input<typeof getAccount>) => getAccount(deps, input),
    listConversations: (input: Input<typeof listConversations>) => listConversations(deps, input),
    listMessages: (input: Input<typeof listMessages>) => listMessages(deps, input),
    callInstagram: (input: Input<typeof callInstagram>) => callInstagram(deps, input),
    readPayload: (input: Input<typeof readPayload>) => readPayload(deps, input),
    /** Ours comes with the digest of its key, and with its message stored. */
    sendMessage: (input: Input<typeof sendMessage> | NewMessageInput) =>
      'keyDigest' in Object(input)
        ? sendMessage(deps, input as SendMessageInput)
        : sendForWorkflow(deps, input as NewMessageInput),
    findSent: (input: Input<typeof findSent>) => findSent(deps, input),
    recordSend: (input: Input<typeof recordSend>) => recordSend(deps, input),
    deliverNext: (input: Input<typeof deliverNext>) => deliverNext(deps, input),
    advanceBulkOperation: byTheClock(advanceBulkOperation),
    cancelBulkOperation: byTheClock(cancelBulkOperation),
    auditFleet: () => byTheClock(auditFleet)(undefined),
  } satisfies EvergrantActivities & Record<string, unknown>;
}

export type Activities = ReturnType<typeof createActivities>;
