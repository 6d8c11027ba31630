import { auditFleet } from './fleet/audit';
import { deliverNext } from './deliveries/deliver-next';
import { type Deps } from './deps';
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
  return {
    loadFacts: (input: Input<typeof loadFacts>) => loadFacts(deps, input),
    refreshToken: (input: Input<typeof refreshToken>) => refreshToken(deps, input),
    recoverToken: (input: Input<typeof recoverToken>) => recoverToken(deps, input),
    warnExpiring: (input: Input<typeof warnExpiring>) => warnExpiring(deps, input),
    remind: (input: Input<typeof remind>) => remind(deps, input),
    expire: (input: Input<typeof expire>) => expire(deps, input),
    listConversations: (input: Input<typeof listConversations>) => listConversations(deps, input),
    listMessages: (input: Input<typeof listMessages>) => listMessages(deps, input),
    sendMessage: (input: Input<typeof sendMessage>) => sendMessage(deps, input),
    findSent: (input: Input<typeof findSent>) => findSent(deps, input),
    recordSend: (input: Input<typeof recordSend>) => recordSend(deps, input),
    deliverNext: (input: Input<typeof deliverNext>) => deliverNext(deps, input),
    auditFleet: () => auditFleet(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
