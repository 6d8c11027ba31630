import { Hono } from 'hono';
import { expiriesPerDay } from '../../adapters/postgres/connection-list';
import { CONSOLE_TEXT } from '../../core/sentences';
import { fleetFor } from '../actions/fleet';
import { refuseWithout } from '../caller';
import { type HttpDeps } from '../deps';
import { CONSOLE } from '../headers';
import { Fleet } from '../pages/console/fleet';
import { type ConsoleEnv } from './session';
import { show } from './show';

const CHART_DAYS = 60;

export function fleetPageRoutes(deps: HttpDeps) {
  return new Hono<ConsoleEnv>().get(`${CONSOLE}/fleet`, async (c) => {
    const user = c.get('user');
    refuseWithout(user, 'read');
    const now = deps.clock.now();
    const hasLog = user.scopes.has('admin') && user.ownerRefs === null;
    const [fleet, perDay] = await Promise.all([
      fleetFor(deps, user),
      expiriesPerDay(deps.pool, now, CHART_DAYS, user.ownerRefs),
    ]);
    return show(deps, c, {
      title: CONSOLE_TEXT.shell.sections.fleet,
      section: 'fleet',
      content: <Fleet fleet={fleet} perDay={perDay} hasLog={hasLog} now={now} />,
    });
  });
}
