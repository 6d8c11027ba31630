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
import { SETTINGS } from '../paths';
import { type ConsoleEnv, type ConsoleUser } from '../session';
import { type Toast } from '../shell';
import { attempt } from '../show';
import { type IssuedView } from './issued-page';

/** The newest ones; the API and the command line list them all. */
const SHOWN = 20;

/** What gives access besides keys, as far as this user may see it. */
export async function loadIssued(deps: HttpDeps, user: ConsoleUser): Promise<IssuedView> {
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

type C = Context<ConsoleEnv>;

export function issuedRoutes(deps: HttpDeps, page: (c: C, toasts: Toast[]) => Promise<Response>) {
  const ends = [
    { path: 'console-sessions/:id/end', scope: 'admin', work: endSessionFor, done: TEXT.sessions.done },
    { path: 'connect-links/:id/revoke', scope: 'operate', work: revokeLinkFor, done: TEXT.links.done },
    { path: 'embed-tokens/:id/revoke', scope: 'operate', work: revokeEmbedTokenFor, done: TEXT.tokens.done },
  ] as const;
  const routes = new Hono<ConsoleEnv>();
  for (const { path, scope, work, done } of ends)
    routes.post(`${SETTINGS}/${path}`, async (c) => {
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
