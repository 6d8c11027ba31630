import { Hono } from 'hono';
import { expiriesPerDay } from '../../../adapters/postgres/fleet/connection-list';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { fleetStatusFor } from '../../api/fleet-status';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { CONSOLE } from '../../middleware/headers';
import { Fleet } from './fleet-page';
import { type ConsoleEnv } from '../session';
import { show } from '../show';

const CHART_DAYS = 60;

export function fleetPageRoutes(deps: HttpDeps) {
  return new Hono<ConsoleEnv>().get(`${CONSOLE}/fleet`, async (c) => {
    const user = c.get('user');
    requireCallerScope(user, 'read');
    const now = deps.clock.now();
    const hasLog = user.scopes.has('admin') && user.ownerRefs === null;
    const [fleet, perDay] = await Promise.all([
      fleetStatusFor(deps, user),
      expiriesPerDay(deps.pool, now, CHART_DAYS, user.ownerRefs),
    ]);
    return show(deps, c, {
      title: SHELL_TEXT.sections.fleet,
      section: 'fleet',
      content: <Fleet fleet={fleet} perDay={perDay} hasLog={hasLog} now={now} />,
    });
  });
}
