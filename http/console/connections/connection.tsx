import { type Context, Hono } from 'hono';
import { timeline } from '../../../adapters/postgres/deliveries/events';
import { type Integration, bannerFactsOf } from '../../../adapters/postgres/integrations/integration-row';
import { asksToCheckAgain, bannerFor } from '../../../core/lifecycle/banner';
import { DONE_TEXTS, RECHECK_TEXTS } from '../../../core/text/console-connections';
import { lifecycleWorkflowId } from '../../../core/names';
import { isTimeZone } from '../../../core/text/time-zone';
import { hasLifecycle } from '../../../core/lifecycle/states';
import { DAY_MS } from '../../../core/time';
import { recheck } from '../../api/lifecycle/recheck';
import { refreshNow } from '../../api/lifecycle/refresh-now';
import { disconnectFor, setPausedFor } from '../../api/lifecycle/change-state';
import { type Caller, requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { findAccessible } from '../../api/integrations/find';
import { CONSOLE } from '../../middleware/headers';
import { createConnectLink } from '../../owner/links';
import { Problem } from '../../problems';
import { RefreshOnLoad, Connection, LinkBox } from './connection-page';
import { pathOfConnection, withQuery } from '../paths';
import { type Toast } from '../shell';
import { canShowMessages } from './messages';
import { type ConsoleEnv } from '../session';
import { attempt, ownOf, show } from '../show';

type ConnectionDeps = Pick<
  HttpDeps,
  'pool' | 'sealer' | 'clock' | 'lifecycles' | 'temporal' | 'site' | 'console'
>;

const EVENTS_SHOWN = 50;
const EVENT_ID = /^evt_\w{1,60}$/;
/** Loading the page refreshes a token that expires within this. */
const CHECK_WITHIN_MS = 3 * DAY_MS;
const ONE = `${CONSOLE}/connections/:id` as const;

type C = Context<ConsoleEnv>;

/** The page of one connection and its actions. */
export function connectionRoutes(deps: HttpDeps) {
  const verbs: Record<string, (caller: Caller, id: string) => Promise<string>> = {
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

  return new Hono<ConsoleEnv>()
    .get(ONE, async (c) => page(deps, c, await find(deps, c)))
    .post(`${ONE}/check`, async (c) => {
      const row = await find(deps, c);
      return show(
        deps,
        c,
        { title: nameOf(row), section: 'connections', url: pathOfConnection(row.id), content: null },
        await check(deps, c, row),
      );
    })
    .post(`${ONE}/reconnect-link`, async (c) => {
      const row = await find(deps, c);
      requireCallerScope(c.get('user'), 'operate');
      return page(deps, c, row, [], await createConnectLink(deps, c.get('user'), row));
    })
    .post(`${ONE}/:verb`, async (c) => {
      const row = await find(deps, c);
      const verb = ownOf(verbs, c.req.param('verb'));
      if (!verb) return c.notFound();
      const user = c.get('user');
      requireCallerScope(user, 'operate');
      const toasts = await attempt(deps, user, () => verb(user, row.id));
      return page(deps, c, await find(deps, c), toasts);
    });
}

/** Refreshes the token if it expires soon and may be refreshed. Only a failure returns a toast. */
async function check(deps: ConnectionDeps, c: C, row: Integration): Promise<Toast[]> {
  const user = c.get('user');
  if (!user.scopes.has('operate') || !hasLifecycle(row.state)) return [];
  try {
    await refreshNow(deps, user, row.id, CHECK_WITHIN_MS, timeZoneOf(c));
    return [];
  } catch (error) {
    // The page shows every other problem itself, an expired connection for example.
    if (!(error instanceof Problem) || error.code !== 'refresh_failed') return [];
    return [{ text: error.detail, good: false }];
  }
}

async function find(deps: Pick<HttpDeps, 'pool'>, c: C): Promise<Integration> {
  requireCallerScope(c.get('user'), 'read');
  return findAccessible(deps, c.get('user'), c.req.param('id') ?? '');
}

async function page(
  deps: ConnectionDeps,
  c: C,
  row: Integration,
  toasts: Toast[] = [],
  link: { url: string; expiresAt: string } | null = null,
) {
  const user = c.get('user');
  const now = deps.clock.now();
  const { temporalUiUrl } = deps.console;
  const { namespace } = deps.temporal.options;
  const workflow = encodeURIComponent(lifecycleWorkflowId(row.id));
  const isAlive = hasLifecycle(row.state);
  const before = EVENT_ID.exec(c.req.query('before') ?? '')?.[0] ?? null;
  const events = await timeline(deps.pool, row.id, EVENTS_SHOWN + 1, before);
  const shown = events.slice(0, EVENTS_SHOWN);
  const path = pathOfConnection(row.id);
  return show(
    deps,
    c,
    {
      title: nameOf(row),
      section: 'connections',
      url: withQuery(path, { before: before ?? '' }),
      top: c.req.method === 'GET' ? <RefreshOnLoad id={row.id} /> : null,
      made: link && <LinkBox url={link.url} expiresAt={link.expiresAt} />,
      content: (
        <Connection
          row={row}
          banner={bannerFor(bannerFactsOf(row), deps.site.productName, now)}
          events={shown}
          isNewest={before === null}
          older={events.length > shown.length ? withQuery(path, { before: shown.at(-1)?.id ?? '' }) : null}
          now={now}
          mayOperate={user.scopes.has('operate')}
          hasMessages={isAlive && canShowMessages(deps, user)}
          temporalUrl={
            temporalUiUrl && isAlive ? `${temporalUiUrl}/namespaces/${namespace}/workflows/${workflow}` : null
          }
        />
      ),
    },
    toasts,
  );
}

function nameOf({ username, id }: Integration): string {
  return username ? `@${username}` : id;
}

/** The viewer's time zone, sent by the console's script; undefined: unknown. */
function timeZoneOf(c: C): string | undefined {
  const zone = c.req.header('x-time-zone');
  return zone !== undefined && zone.length <= 100 && isTimeZone(zone) ? zone : undefined;
}
