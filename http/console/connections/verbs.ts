import { type Integration } from '../../../adapters/postgres/integrations/integration-row';
import { asksToCheckAgain } from '../../../core/lifecycle/banner';
import { DONE_TEXTS, RECHECK_TEXTS } from '../../../core/text/console-connections';
import { recheck } from '../../api/lifecycle/recheck';
import { refreshNow } from '../../api/lifecycle/refresh-now';
import { disconnectFor, setPausedFor } from '../../api/lifecycle/change-state';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';

/** What a button does with one connection. @returns the text of its toast @throws Problem */
type Verb = (caller: Caller, id: string) => Promise<string>;

export function connectionVerbs(deps: HttpDeps): Record<string, Verb> {
  return {
    async refresh(caller, id) {
      const { refreshed } = await refreshNow(deps, caller, id, null);
      return DONE_TEXTS[refreshed ? 'refreshed' : 'not_due'];
    },
    async recheck(caller, id) {
      const { outcome, integration } = await recheck(deps, caller, id);
      // The banner says more: what the owner has to do on Instagram.
      const { banner } = integration;
      return outcome === 'undecided' && banner && asksToCheckAgain(banner)
        ? banner.text
        : RECHECK_TEXTS[outcome];
    },
    async pause(caller, id) {
      await setPausedFor(deps, caller, id, true);
      return DONE_TEXTS.paused;
    },
    async resume(caller, id) {
      await setPausedFor(deps, caller, id, false);
      return DONE_TEXTS.resumed;
    },
    async disconnect(caller, id) {
      await disconnectFor(deps, caller, id);
      return DONE_TEXTS.disconnected;
    },
  };
}

/** How operators call a connection: by its account, or by whom it is for. */
export function nameOf({ username, ownerRef }: Pick<Integration, 'username' | 'ownerRef'>): string {
  return username ? `@${username}` : ownerRef;
}
