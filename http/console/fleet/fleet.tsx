import { Hono } from 'hono';
import { expiriesBetween } from '../../../adapters/postgres/fleet/connection-list';
import { callsSince } from '../../../adapters/postgres/incidents/provider-calls';
import { liveHolders } from '../../../adapters/postgres/keys/key-holders';
import { BULK_OPERATIONS_TEXT } from '../../../core/text/bulk-operations';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { dateIn, dayStarts } from '../../../adapters/calendar';
import { HOUR_MS } from '../../../core/time';
import { fleetStatusFor } from '../../api/fleet-status';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { CONSOLE } from '../../middleware/headers';
import { type Day } from './chart';
import { Fleet } from './fleet-page';
import { BULK_OPERATIONS } from '../paths';
import { type ConsoleEnv } from '../session';
import { show } from '../show';
import { zoneOf } from '../zone';

const CHART_DAYS = 60;
const STATUS_MS = 48 * HOUR_MS;

export function fleetPageRoutes(deps: HttpDeps) {
  return new Hono<ConsoleEnv>().get(`${CONSOLE}/fleet`, async (c) => {
    const user = c.get('user');
    requireCallerScope(user, 'read');
    const now = deps.clock.now();
    const app = { provider: 'instagram', appId: deps.instagram.settings.appId };
    const isWhole = user.ownerRefs === null;
    const [fleet, days, calls, processes] = await Promise.all([
      fleetStatusFor(deps, user),
      expiriesByDay(deps, user.ownerRefs, zoneOf(c) ?? 'UTC'),
      callsSince(deps.pool, app, now - STATUS_MS, HOUR_MS),
      isWhole ? liveHolders(deps.pool) : null,
    ]);
    return show(deps, c, {
      title: SHELL_TEXT.sections.fleet,
      section: 'fleet',
      toolbar: (
        <div class="actions">
          <a class="button" href={BULK_OPERATIONS}>
            {BULK_OPERATIONS_TEXT.view}
          </a>
        </div>
      ),
      content: (
        <Fleet
          fleet={fleet}
          days={days}
          calls={calls}
          processes={processes}
          hasLog={user.scopes.has('admin') && isWhole}
          now={now}
        />
      ),
    });
  });
}

async function expiriesByDay(
  { pool, clock }: Pick<HttpDeps, 'pool' | 'clock'>,
  ownerRefs: readonly string[] | null,
  zone: string,
): Promise<Day[]> {
  const now = clock.now();
  const starts = dayStarts(now, zone, CHART_DAYS);
  // What has expired already today is no longer ahead.
  const counts = await expiriesBetween(pool, [now, ...starts.slice(1)], ownerRefs);
  return counts.map((count, n) => ({ date: dateIn(starts[n] ?? now, zone), count }));
}
