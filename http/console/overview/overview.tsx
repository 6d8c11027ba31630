import { type Context, Hono } from 'hono';
import { deliveryCounts } from '../../../adapters/postgres/deliveries/delivery-log';
import { type Sorting, listConnections } from '../../../adapters/postgres/fleet/connection-list';
import { fleetOverview } from '../../../adapters/postgres/fleet/fleet';
import { readSetUp, tickSetUpStep } from '../../../adapters/postgres/fleet/setup-steps';
import { openIncidents } from '../../../adapters/postgres/incidents/incidents';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { providerStatusFor } from '../../api/fleet-status';
import { iso } from '../../api/integrations/integration-view';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { CONSOLE } from '../../middleware/headers';
import { notFound } from '../../problems';
import { filterOf, readFilters } from '../connections/filters';
import { CONNECTIONS } from '../paths';
import { type ConsoleEnv, type ConsoleUser } from '../session';
import { show } from '../show';
import { zoneOf } from '../zone';
import { Overview, type Step } from './overview-page';

/** As many as one looks through at a glance. */
const SHOWN = 6;
/** Steps that Evergrant cannot see for itself, and the list as a whole. */
const TICKED = ['backup', 'hidden'];

/** The console's first page. */
export function overviewRoutes(deps: HttpDeps) {
  return new Hono<ConsoleEnv>()
    .get(CONSOLE, async (c) => {
      // The list of connections was here once.
      const { search } = new URL(c.req.url);
      if (/[?&](q|state|owner|days|page)=/.test(search)) return c.redirect(CONNECTIONS + search, 302);
      return page(deps, c);
    })
    .post(`${CONSOLE}/set-up/:step`, async (c) => {
      requireCallerScope(c.get('user'), 'admin');
      const step = c.req.param('step');
      if (!TICKED.includes(step)) throw notFound('page');
      await tickSetUpStep(deps.pool, step, deps.clock.now());
      return page(deps, c);
    });
}

async function page(deps: HttpDeps, c: Context<ConsoleEnv>) {
  const user = c.get('user');
  requireCallerScope(user, 'read');
  const now = deps.clock.now();
  const seenBy = { ownerRefs: user.ownerRefs, zone: zoneOf(c) ?? 'UTC', now };
  const list = (state: string, by: Sorting['by'] = 'urgency') =>
    listConnections(
      deps.pool,
      filterOf(readFilters({ state }), seenBy),
      { by, descending: false },
      { offset: 0, limit: SHOWN },
    );
  const [fleet, provider, deliveries, attention, failing, next, steps] = await Promise.all([
    fleetOverview(deps.pool, now, user.ownerRefs),
    openIncidents(deps.pool).then((incidents) => providerStatusFor(deps, user.ownerRefs, incidents)),
    deliveryCounts(deps.pool, user.ownerRefs),
    list('attention'),
    list('failing'),
    list('active', 'expiry'),
    stepsFor(deps, user),
  ]);
  return show(deps, c, {
    title: SHELL_TEXT.sections.overview,
    section: 'overview',
    url: CONSOLE,
    content: (
      <Overview
        expiringWithin={fleet.expiringWithin}
        provider={{ ...provider, since: iso(provider.since) }}
        deliveries={deliveries}
        attention={attention}
        failing={failing}
        next={next}
        steps={steps}
        hasLog={user.scopes.has('admin') && user.ownerRefs === null}
        now={now}
      />
    ),
  });
}

/** What is still to be set up; null: nothing, or it does not concern this user. */
async function stepsFor(
  { pool, mailer, site }: Pick<HttpDeps, 'pool' | 'mailer' | 'site'>,
  user: ConsoleUser,
): Promise<Step[] | null> {
  if (!user.scopes.has('admin') || user.ownerRefs !== null) return null;
  const { account, apiKey, webhook, embedToken, ticked } = await readSetUp(pool);
  const steps: Step[] = [
    { name: 'account', done: account },
    { name: 'apiKey', done: apiKey },
    { name: 'webhook', done: webhook },
    { name: 'mail', done: mailer !== null },
    { name: 'banner', done: embedToken && site.appOrigins.length > 0 },
    { name: 'backup', done: ticked.includes('backup') },
  ];
  return ticked.includes('hidden') || steps.every(({ done }) => done) ? null : steps;
}
