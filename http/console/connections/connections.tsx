import { type Context, Hono } from 'hono';
import { type Child } from 'hono/jsx';
import { listConnections } from '../../../adapters/postgres/fleet/connection-list';
import { BULK_TEXT, NEW_CONNECTION_TEXT } from '../../../core/text/console-connections';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { createIntegrationFor } from '../../api/integrations/details';
import { NewIntegration } from '../../api/integrations/integration-schemas';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { createConnectLink } from '../../owner/links';
import { findAccessible } from '../../api/integrations/find';
import { invalid } from '../../router';
import { ConnectionFilters, ConnectionTools } from './connection-filters';
import { Connections } from './connections-page';
import { connectionsCsv } from './csv';
import { filterOf, listPath, readFilters, sortingOf } from './filters';
import { CreatedConnection, CreatedLinks, NewConnection } from './new-connection';
import { CONNECTIONS } from '../paths';
import { type ConsoleEnv } from '../session';
import { type Toast } from '../shell';
import { attempt, ownOf, show } from '../show';
import { connectionVerbs, nameOf } from './verbs';
import { zoneOf } from '../zone';

const PAGE_SIZE = 50;

type C = Context<ConsoleEnv>;

/** The list of connections, what is done with several at once, and new ones. */
export function connectionListRoutes(deps: HttpDeps) {
  const verbs = connectionVerbs(deps);

  async function page(c: C, toasts: Toast[] = [], made: Child = null) {
    const user = c.get('user');
    requireCallerScope(user, 'read');
    const filters = readFilters(c.req.query());
    const now = deps.clock.now();
    const filter = filterOf(filters, { ownerRefs: user.ownerRefs, zone: zoneOf(c) ?? 'UTC', now });
    const limits = { offset: (filters.page - 1) * PAGE_SIZE, limit: PAGE_SIZE };
    const found = await listConnections(deps.pool, filter, sortingOf(filters), limits);
    const mayOperate = user.scopes.has('operate');
    return show(
      deps,
      c,
      {
        title: SHELL_TEXT.sections.connections,
        section: 'connections',
        url: listPath(filters, { page: filters.page }),
        toolbar: <ConnectionTools filters={filters} mayOperate={mayOperate} />,
        top: <ConnectionFilters filters={filters} />,
        made,
        content: (
          <Connections
            found={found}
            filters={filters}
            pageSize={PAGE_SIZE}
            mayOperate={mayOperate}
            now={now}
          />
        ),
      },
      toasts,
    );
  }

  /** One verb for each of the ticked connections. */
  async function forEach(c: C, ids: string[], verb: string): Promise<Toast[]> {
    const user = c.get('user');
    const act = ownOf(verbs, verb);
    if (!act || !BULK_VERBS.includes(verb)) return [{ text: BULK_TEXT.unknown, good: false }];
    const failures: string[] = [];
    await Promise.all(
      ids.map(async (id) => {
        const [failure] = (await attempt(deps, user, async () => act(user, id))).filter(({ good }) => !good);
        if (failure) failures.push(`${await nameFor(c, id)}: ${failure.text}`);
      }),
    );
    const done = ids.length - failures.length;
    return [
      ...(done > 0 ? [{ text: BULK_TEXT.done(verb, done), good: true }] : []),
      ...(failures.length > 0 ? [{ text: failures.join('\n'), good: false }] : []),
    ];
  }

  async function nameFor(c: C, id: string): Promise<string> {
    const row = await findAccessible(deps, c.get('user'), id).catch(() => null);
    return row ? nameOf(row) : id;
  }

  return new Hono<ConsoleEnv>()
    .get(CONNECTIONS, (c) => page(c))
    .get(`${CONNECTIONS}.csv`, (c) => {
      requireCallerScope(c.get('user'), 'read');
      return connectionsCsv(deps, c, readFilters(c.req.query()));
    })
    .get(`${CONNECTIONS}/new`, (c) => {
      requireCallerScope(c.get('user'), 'operate');
      return page(c, [], <NewConnection given={{}} />);
    })
    .post(`${CONNECTIONS}/new`, async (c) => {
      const user = c.get('user');
      requireCallerScope(user, 'operate');
      const given = await c.req.parseBody();
      let made: Child = <NewConnection given={given} />;
      const toasts = await attempt(deps, user, async () => {
        const parsed = NewIntegration.safeParse(wanted(given));
        if (!parsed.success) throw invalid(parsed.error.issues);
        const created = await createIntegrationFor(deps, user, parsed.data);
        made = <CreatedConnection {...created} hasMail={deps.mailer !== null} />;
        return NEW_CONNECTION_TEXT.created;
      });
      return page(c, toasts, made);
    })
    .post(`${CONNECTIONS}/selected/:verb`, async (c) => {
      const user = c.get('user');
      requireCallerScope(user, 'operate');
      const { ids: given } = await c.req.parseBody({ all: true });
      const ids = (Array.isArray(given) ? given : [given])
        .filter((id) => typeof id === 'string')
        .slice(0, PAGE_SIZE);
      if (ids.length === 0) return page(c, [{ text: BULK_TEXT.noneSelected, good: false }]);
      if (c.req.param('verb') !== 'link') return page(c, await forEach(c, ids, c.req.param('verb')));
      const links: { name: string; url: string }[] = [];
      const toasts = await attempt(deps, user, async () => {
        for (const id of ids) {
          const row = await findAccessible(deps, user, id);
          links.push({ name: nameOf(row), url: (await createConnectLink(deps, user, row)).url });
        }
        return BULK_TEXT.linked(links.length);
      });
      return page(c, toasts, links.length > 0 ? <CreatedLinks links={links} /> : null);
    });
}

const BULK_VERBS = ['recheck', 'refresh', 'pause', 'resume', 'disconnect'];

/** Empty fields of a form are absent ones. */
function wanted({ ownerRef, externalId, email }: Record<string, unknown>) {
  const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '');
  return {
    provider: 'instagram',
    ownerRef: text(ownerRef),
    ...(text(externalId) && { externalId: text(externalId) }),
    ...(text(email) && { contact: { email: text(email) } }),
  };
}
