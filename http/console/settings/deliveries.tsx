import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { listDeliveries } from '../../../adapters/postgres/deliveries/delivery-log';
import { listWebhookEndpoints } from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { DELIVERY_STATUSES } from '../../../core/deliveries/deliveries';
import { DELIVERIES_TEXT as TEXT } from '../../../core/text/console-deliveries';
import { startRedelivery } from '../../api/deliveries/start-redelivery';
import { requireCallerScope } from '../../middleware/caller';
import { cursorOf, readCursor } from '../../api/cursor';
import { type HttpDeps } from '../../deps';
import { Deliveries, type DeliveriesView } from './deliveries-page';
import { DELIVERIES, withQuery } from '../paths';
import { type Toast } from '../shell';
import { requireUnlimited } from '../../middleware/require-unlimited';
import { type ConsoleEnv } from '../session';
import { attempt, show } from '../show';

const PAGE_SIZE = 50;

/** Invalid filters are ignored. */
const query = z.object({
  status: z.enum(['', ...DELIVERY_STATUSES]).catch(''),
  endpoint: z
    .string()
    .regex(/^[\w-]{0,64}$/)
    .catch(''),
  before: z.string().max(200).refine(isCursor).catch(''),
});

type C = Context<ConsoleEnv>;

/** The delivery log. It contains the events of all owners, so limited users have no access. */
export function deliveryLogRoutes(deps: HttpDeps) {
  return new Hono<ConsoleEnv>()
    .get(DELIVERIES, (c) => page(deps, c))
    .post(`${DELIVERIES}/:delivery/redeliver`, async (c) => {
      refuse(c);
      const toasts = await attempt(deps, c.get('user'), async () => {
        await startRedelivery(deps, c.get('user').actor, c.req.param('delivery'));
        return TEXT.redelivered;
      });
      return page(deps, c, toasts);
    });
}

async function page(deps: Pick<HttpDeps, 'pool' | 'clock' | 'site' | 'console'>, c: C, toasts: Toast[] = []) {
  refuse(c);
  const view = await loadDeliveries(deps, query.parse(c.req.query()));
  return show(
    deps,
    c,
    {
      title: TEXT.title,
      section: 'settings',
      url: withQuery(DELIVERIES, { ...view.filters }),
      content: <Deliveries view={view} now={deps.clock.now()} />,
    },
    toasts,
  );
}

async function loadDeliveries(
  { pool }: Pick<HttpDeps, 'pool'>,
  filters: z.output<typeof query>,
): Promise<DeliveriesView> {
  const { status, endpoint, before } = filters;
  const wanted = { status: status || null, endpointId: endpoint || null, integrationId: null };
  const rows = await listDeliveries(pool, wanted, readCursor(before || undefined), PAGE_SIZE + 1);
  const deliveries = rows.slice(0, PAGE_SIZE);
  const last = deliveries.at(-1);
  const next = rows.length > PAGE_SIZE && last ? cursorOf(last) : null;
  return { deliveries, endpoints: await listWebhookEndpoints(pool), filters, next };
}

function refuse(c: C): void {
  requireCallerScope(c.get('user'), 'admin');
  requireUnlimited(c.get('user'));
}

function isCursor(text: string): boolean {
  try {
    readCursor(text || undefined);
    return true;
  } catch {
    return false;
  }
}
