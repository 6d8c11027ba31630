import { type Context, Hono } from 'hono';
import { ISSUED_TEXT as TEXT } from '../../../core/text/console-settings';
import {
  embedTokensFor,
  endSessionFor,
  linksFor,
  revokeEmbedTokenFor,
  revokeLinkFor,
  sessionsFor,
} from '../../api/access/issued';
import { type HttpDeps } from '../../deps';
import { requireCallerScope } from '../../middleware/caller';
import { ACCESS } from '../paths';
import { type ConsoleEnv, type ConsoleUser } from '../session';
import { type Toast } from '../shell';
import { attempt } from '../show';
import { Issued, type IssuedView } from './issued-page';
import { showSettings } from './show-settings';

/** The newest ones; the API and the command line list them all. */
const SHOWN = 20;

type C = Context<ConsoleEnv>;

/** What gives access besides keys: sessions, links and embed tokens, and how each is ended. */
export function issuedRoutes(deps: HttpDeps) {
  async function page(c: C, toasts: Toast[] = []) {
    const user = c.get('user');
    requireCallerScope(user, 'admin');
    return showSettings(
      deps,
      c,
      'access',
      {
        content: <Issued view={await loadIssued(deps, user)} />,
      },
      toasts,
    );
  }

  const ends = [
    { path: 'sessions/:id/end', scope: 'admin', work: endSessionFor, done: TEXT.sessions.done },
    { path: 'connect-links/:id/revoke', scope: 'operate', work: revokeLinkFor, done: TEXT.links.done },
    { path: 'embed-tokens/:id/revoke', scope: 'operate', work: revokeEmbedTokenFor, done: TEXT.tokens.done },
  ] as const;
  const routes = new Hono<ConsoleEnv>().get(ACCESS, (c) => page(c));
  for (const { path, scope, work, done } of ends)
    routes.post(`${ACCESS}/${path}`, async (c) => {
      const user = c.get('user');
      for (const needed of ['admin', scope] as const) requireCallerScope(user, needed);
      const toasts = await attempt(deps, user, async () => {
        await work(deps, user, c.req.param('id') ?? '');
        return done;
      });
      return page(c, toasts);
    });
  return routes;
}

async function loadIssued(deps: HttpDeps, user: ConsoleUser): Promise<IssuedView> {
  const page = { before: null, limit: SHOWN };
  const mayOperate = user.scopes.has('operate');
  const [sessions, links, tokens] = await Promise.all([
    sessionsFor(deps, user, page),
    mayOperate ? linksFor(deps, user, { integrationId: null, createdBy: null }, page) : [],
    mayOperate ? embedTokensFor(deps, user, { ownerRef: null, createdBy: null }, page) : [],
  ]);
  return {
    sessions,
    links,
    tokens,
    current: user.session,
    now: deps.clock.now(),
    wallNow: deps.wallClock.now(),
  };
}
