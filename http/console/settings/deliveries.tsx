import { type Context, Hono } from 'hono';
import { z } from 'zod';
import {
  deliveryCounts,
  findDelivery,
  listDeliveries,
} from '../../../adapters/postgres/deliveries/delivery-log';
import { connectionNames } from '../../../adapters/postgres/fleet/connection-list';
import { findEvent } from '../../../adapters/postgres/deliveries/events';
import { listWebhookEndpoints } from '../../../adapters/postgres/deliveries/webhook-endpoints';
import { DELIVERY_STATUSES } from '../../../core/deliveries/deliveries';
import { DELIVERIES_TEXT as TEXT } from '../../../core/text/console-deliveries';
import { startRedeliveries, startRedelivery } from '../../api/deliveries/start-redelivery';
import { cursorOf, readCursor } from '../../api/cursor';
import { type HttpDeps } from '../../deps';
import { notFound } from '../../problems';
import { Deliveries, type DeliveriesView, DeliveryDetails } from './deliveries-page';
import { DELIVERIES, withQuery } from '../paths';
import { type Toast } from '../shell';
import { requireWholeDeployment } from './require-whole';
import { type ConsoleEnv } from '../session';
import { attempt, show } from '../show';
import { showSettings } from './show-settings';

const PAGE_SIZE = 50;

/** Invalid filters are ignored. */
const query = z.object({
  status: z.enum(['', ...DELIVERY_STATUSES]).catch(''),
  endpoint: z
    .string()
    .regex(/^[\w-]{0,64}$/)
    .catch(''),
  connection: z
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
    .get(`${DELIVERIES}/:delivery`, async (c) => {
      requireWholeDeployment(c);
      const delivery = await findDelivery(deps.pool, c.req.param('delivery'));
      if (!delivery) throw notFound('delivery');
      const event = await findEvent(deps.pool, delivery.eventId);
      return show(deps, c, {
        title: TEXT.one,
        section: 'settings',
        crumbs: [{ label: TEXT.title, href: DELIVERIES }],
        content: (
          <DeliveryDetails
            delivery={delivery}
            event={event}
            endpoints={await listWebhookEndpoints(deps.pool)}
            names={await connectionNames(deps.pool, delivery.integrationId ? [delivery.integrationId] : [])}
            now={deps.clock.now()}
          />
        ),
      });
    })
    .post(`${DELIVERIES}/redeliver-failed`, async (c) => {
      requireWholeDeployment(c);
      const { endpoint, connection } = query.parse(c.req.query());
      const filter = { endpointId: endpoint || null, integrationId: connection || null };
      const toasts = await attempt(deps, c.get('user'), async () =>
        TEXT.allRedelivered(await startRedeliveries(deps, c.get('user').actor, filter)),
      );
      return page(deps, c, toasts);
    })
    .post(`${DELIVERIES}/:delivery/redeliver`, async (c) => {
      requireWholeDeployment(c);
      const toasts = await attempt(deps, c.get('user'), async () => {
        await startRedelivery(deps, c.get('user').actor, c.req.param('delivery'));
        return TEXT.redelivered;
      });
      return page(deps, c, toasts);
    });
}

async function page(deps: Pick<HttpDeps, 'pool' | 'clock' | 'site' | 'console'>, c: C, toasts: Toast[] = []) {
  requireWholeDeployment(c);
  const view = await loadDeliveries(deps, query.parse(c.req.query()));
  return showSettings(
    deps,
    c,
    'deliveries',
    {
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
  const { status, endpoint, connection, before } = filters;
  const wanted = {
    status: status || null,
    endpointId: endpoint || null,
    integrationId: connection || null,
  };
  const rows = await listDeliveries(pool, wanted, readCursor(before || undefined), PAGE_SIZE + 1);
  const deliveries = rows.slice(0, PAGE_SIZE);
  const last = deliveries.at(-1);
  const next = rows.length > PAGE_SIZE && last ? cursorOf(last) : null;
  const ids = deliveries.flatMap(({ integrationId }) => integrationId ?? []);
  const [endpoints, counts, names] = await Promise.all([
    listWebhookEndpoints(pool),
    deliveryCounts(pool),
    connectionNames(pool, ids),
  ]);
  return { deliveries, endpoints, names, filters, next, hasFailed: counts.failed > 0 };
}

function isCursor(text: string): boolean {
  try {
    readCursor(text || undefined);
    return true;
  } catch {
    return false;
  }
}
