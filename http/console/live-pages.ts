import { SHELL_TEXT } from '../../core/text/console-shell';
import { Problem } from '../problems';
import { type ConsoleUser } from './session';

/**
 * How many open pages are kept up to date by one process. A session beyond its number leaves its oldest page without
 * updates; a key, with all that came of it if it is limited to owners, is refused beyond its number; and those that are
 * limited to owners leave room for the others.
 */
export const LIVE_PAGES = { perSession: 5, perKey: 40, limitedToOwners: 150, all: 200 };

/** `changed`: look again; `replaced`: a newer page of the session has its place; `ended`: the session is over. */
export type News = 'changed' | 'replaced' | 'ended';

export interface LivePage {
  session: string;
  tell(news: News): void;
}

interface OpenPage extends LivePage {
  /** The key, or the first of its line that is limited to owners. */
  group: string;
  isLimited: boolean;
}

/** The open pages of one process. */
export function createLivePages(limits = LIVE_PAGES) {
  const pages = new Set<OpenPage>();
  const those = (wanted: (page: OpenPage) => boolean) => [...pages].filter(wanted);

  return {
    pages: pages as ReadonlySet<LivePage>,
    /** @returns closes it @throws Problem 429 */
    open({ session, keyId, ownerRefs, line }: ConsoleUser, tell: LivePage['tell']): () => void {
      const group = line.limitedBy ?? (keyId === 'proxy' ? session : keyId);
      const isLimited = ownerRefs !== null;
      const own = those((page) => page.session === session);
      // Oldest first, as a Set keeps them.
      const replaced = own.length >= limits.perSession ? own[0] : undefined;
      if (replaced) {
        pages.delete(replaced);
        replaced.tell('replaced');
      } else if (those((page) => page.group === group).length >= limits.perKey) {
        throw tooMany('key', SHELL_TEXT.tooManyPagesOfKey);
      } else {
        const room = isLimited ? limits.limitedToOwners - those((page) => page.isLimited).length : 1;
        if (room <= 0 || pages.size >= limits.all) throw tooMany('service', SHELL_TEXT.tooManyPages);
      }
      const page = { session, group, isLimited, tell };
      pages.add(page);
      return () => void pages.delete(page);
    },
  };
}

function tooMany(limitOf: 'key' | 'service', detail: string): Problem {
  return new Problem('rate_limited', detail, { limitOf });
}
