import { auditFleet } from './fleet/audit';
import { deliverNext } from './deliveries/deliver-next';
import { type Deps } from './deps';
import { toApplicationFailure } from './failures';
import { findSent } from './messaging/find-sent';
import { listConversations, listMessages } from './messaging/list-conversations';
import { loadFacts } from './lifecycle/run-step';
import { remind, warnExpiring } from './lifecycle/remind';
import { expire, recoverToken } from './lifecycle/recover-token';
import { refreshToken } from './lifecycle/refresh-token';
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
    listConversations: (input: Input<typeof listConversations>) => listConversations(deps, input),
    listMessages: (input: Input<typeof listMessages>) => listMessages(deps, input),
    sendMessage: (input: Input<typeof sendMessage>) => sendMessage(deps, input),
    findSent: (input: Input<typeof findSent>) => findSent(deps, input),
    recordSend: (input: Input<typeof recordSend>) => recordSend(deps, input),
    deliverNext: (input: Input<typeof deliverNext>) => deliverNext(deps, input),
    auditFleet: () => byTheClock(auditFleet)(undefined),
  };
}

export type Activities = ReturnType<typeof createActivities>;
