import { type Context, Hono } from 'hono';
import { type Child } from 'hono/jsx';
import { timeline } from '../../../adapters/postgres/deliveries/events';
import { type Integration, bannerFactsOf } from '../../../adapters/postgres/integrations/integration-row';
import { listAttempts } from '../../../adapters/postgres/tokens/refresh-attempts';
import { bannerFor } from '../../../core/lifecycle/banner';
import { ACTIVITY, type ActivityKind } from '../../../core/text/activity';
import { DONE_TEXTS } from '../../../core/text/console-connections';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { lifecycleWorkflowId } from '../../../core/names';
import { hasLifecycle } from '../../../core/lifecycle/states';
import { DAY_MS } from '../../../core/time';
import { changeDetailsFor } from '../../api/integrations/details';
import { ChangedIntegration } from '../../api/integrations/integration-schemas';
import { refreshNow } from '../../api/lifecycle/refresh-now';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { findAccessible } from '../../api/integrations/find';
import { createConnectLink } from '../../owner/links';
import { askToConnect, reachable } from '../../owner/new-link';
import { Problem, notFound } from '../../problems';
import { invalid } from '../../router';
import { type ActivityView } from './activity';
import { RefreshOnLoad, Connection, CreatedLink } from './connection-page';
import { ContactForm } from './details';
import { CONNECTIONS, pathOfConnection, withQuery } from '../paths';
import { type Toast } from '../shell';
import { canShowMessages } from './messages';
import { type ConsoleEnv } from '../session';
import { attempt, ownOf, show } from '../show';
import { connectionVerbs, nameOf } from './verbs';
import { zoneOf } from '../zone';

const EVENTS_SHOWN = 50;
const ATTEMPTS_SHOWN = 5;
const EVENT_ID = /^evt_\w{1,60}$/;
/** Loading the page refreshes a token that expires within this. */
const CHECK_WITHIN_MS = 3 * DAY_MS;
const ONE = `${CONNECTIONS}/:id` as const;

type C = Context<ConsoleEnv>;

/** The page of one connection and its actions. */
export function connectionRoutes(deps: HttpDeps) {
  const verbs = connectionVerbs(deps);
  /** An action that returns the text of its toast, and then the page. */
  const act = async (c: C, work: () => Promise<string>) => {
    requireCallerScope(c.get('user'), 'operate');
    const toasts = await attempt(deps, c.get('user'), work);
    return page(deps, c, await find(deps, c), toasts);
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
      const link = await createConnectLink(deps, c.get('user'), row);
      return page(deps, c, row, [], <CreatedLink {...link} />);
    })
    .post(`${ONE}/email-link`, async (c) => {
      const row = await find(deps, c);
      return act(c, async () => {
        const found = reachable(deps, row);
        if (!found) throw new Problem('invalid_request', DONE_TEXTS.noContact);
        const result = await askToConnect(deps, c.get('user'), found);
        if (result !== 'sent') throw new Problem('invalid_request', DONE_TEXTS.email[result]);
        return DONE_TEXTS.email.sent;
      });
    })
    .post(`${ONE}/contact`, async (c) => {
      const row = await find(deps, c);
      const { email } = await c.req.parseBody();
      return act(c, async () => {
        const contact = email === '' ? null : { email: String(email ?? '').trim() };
        const parsed = ChangedIntegration.safeParse({ contact });
        if (!parsed.success) throw invalid(parsed.error.issues);
        await changeDetailsFor(deps, c.get('user'), row.id, parsed.data);
        return DONE_TEXTS.contact;
      });
    })
    .post(`${ONE}/:verb`, async (c) => {
      const row = await find(deps, c);
      const verb = ownOf(verbs, c.req.param('verb'));
      if (!verb) throw notFound('page');
      return act(c, () => verb(c.get('user'), row.id));
    });
}

/** Refreshes the token if it expires soon and may be refreshed. Only a failure returns a toast. */
async function check(deps: HttpDeps, c: C, row: Integration): Promise<Toast[]> {
  const user = c.get('user');
  if (!user.scopes.has('operate') || !hasLifecycle(row.state)) return [];
  try {
    await refreshNow(deps, user, row.id, CHECK_WITHIN_MS, zoneOf(c) ?? undefined);
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

async function page(deps: HttpDeps, c: C, row: Integration, toasts: Toast[] = [], made: Child = null) {
  const user = c.get('user');
  const now = deps.clock.now();
  const isAlive = hasLifecycle(row.state);
  const activity = await activityOf(deps, c, row);
  const mayOperate = user.scopes.has('operate');
  return show(
    deps,
    c,
    {
      title: nameOf(row),
      section: 'connections',
      crumbs: [{ label: SHELL_TEXT.sections.connections, href: CONNECTIONS }],
      url: activity.url,
      top: c.req.method === 'GET' ? <RefreshOnLoad id={row.id} /> : null,
      made,
      content: (
        <Connection
          row={row}
          banner={bannerFor(bannerFactsOf(row), deps.site.productName, now)}
          activity={activity}
          attempts={await listAttempts(deps.pool, row.id, ATTEMPTS_SHOWN)}
          now={now}
          mayOperate={mayOperate}
          mayEmail={reachable(deps, row) !== null}
          hasMessages={isAlive && canShowMessages(deps, user)}
          temporalUrl={row.lastVersion > 0 ? temporalUrlOf(deps, row) : null}
        />
      ),
      bottom: mayOperate && row.state !== 'disconnected' ? <ContactForm row={row} /> : null,
    },
    toasts,
  );
}

async function activityOf(
  { pool }: Pick<HttpDeps, 'pool'>,
  c: C,
  { id }: Integration,
): Promise<ActivityView & { url: string }> {
  const path = pathOfConnection(id);
  const before = EVENT_ID.exec(c.req.query('before') ?? '')?.[0] ?? null;
  const wanted = c.req.query('activity') ?? '';
  const kind = Object.hasOwn(ACTIVITY, wanted) ? (wanted as ActivityKind) : '';
  const types = kind === '' ? null : ACTIVITY[kind].types;
  const found = await timeline(pool, id, EVENTS_SHOWN + 1, before, types);
  const events = found.slice(0, EVENTS_SHOWN);
  const address = (last: string) => withQuery(path, { activity: kind, before: last });
  return {
    events,
    kind,
    isNewest: before === null,
    older: found.length > events.length ? address(events.at(-1)?.id ?? '') : null,
    url: address(before ?? ''),
  };
}

/** The lifecycle's run in Temporal's Web UI; null: its address is not known. */
function temporalUrlOf({ console, temporal }: Pick<HttpDeps, 'console' | 'temporal'>, { id }: Integration) {
  const { temporalUiUrl } = console;
  const workflow = encodeURIComponent(lifecycleWorkflowId(id));
  return temporalUiUrl && `${temporalUiUrl}/namespaces/${temporal.options.namespace}/workflows/${workflow}`;
}
