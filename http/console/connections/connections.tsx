import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { listConnections } from '../../../adapters/postgres/fleet/connection-list';
import { SHELL_TEXT } from '../../../core/text/console-shell';
import { STATES } from '../../../core/lifecycle/states';
import { DAY_MS } from '../../../core/time';
import { requireCallerScope } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { CONSOLE } from '../../middleware/headers';
import { ConnectionFilters, Connections, type Filters } from './connections-page';
import { type ConsoleEnv } from '../session';
import { show } from '../show';

const PAGE_SIZE = 50;
/** The last page. Filters find connections beyond it. */
const MAX_PAGE = 200;

/** Invalid filters are ignored, so that an edited link still opens. */
const query = z.object({
  q: z.string().trim().max(200).catch(''),
  state: z.enum(['', ...STATES]).catch(''),
  owner: z.string().trim().max(200).catch(''),
  days: z
    .string()
    .regex(/^\d{0,3}$/)
    .catch(''),
  page: z.coerce.number().int().min(1).max(MAX_PAGE).catch(1),
});

export function connectionListRoutes(deps: HttpDeps) {
  return new Hono<ConsoleEnv>().get(CONSOLE, async (c: Context<ConsoleEnv>) => {
    const user = c.get('user');
    requireCallerScope(user, 'read');
    const filters: Filters = query.parse(c.req.query());
    const now = deps.clock.now();
    const found = await listConnections(
      deps.pool,
      {
        text: withoutNull(filters.q.replace(/^@/, '')),
        state: filters.state === '' ? null : (filters.state as (typeof STATES)[number]),
        ownerRef: withoutNull(filters.owner),
        ownerRefs: user.ownerRefs,
        expiringBefore: filters.days === '' ? null : now + Number(filters.days) * DAY_MS,
      },
      { offset: (filters.page - 1) * PAGE_SIZE, limit: PAGE_SIZE },
    );
    return show(deps, c, {
      title: SHELL_TEXT.sections.connections,
      section: 'connections',
      top: <ConnectionFilters filters={filters} />,
      content: <Connections found={found} filters={filters} pageSize={PAGE_SIZE} now={now} />,
    });
  });
}

/** PostgreSQL cannot read null characters. */
function withoutNull(text: string): string | null {
  const clean = text.replaceAll('\0', '');
  return clean === '' ? null : clean;
}
