import { createRoute } from '@hono/zod-openapi';
import { lastAudit } from '../../adapters/postgres/audit';
import { deliveryCounts } from '../../adapters/postgres/delivery-log';
import { fleetOverview } from '../../adapters/postgres/fleet';
import { openIncidents } from '../../adapters/postgres/incidents';
import { AUDIT_EVERY, describeAuditSchedule } from '../../adapters/temporal/audit-schedule';
import { SECOND_MS } from '../../core/time';
import { requireScope } from '../auth';
import { type HttpDeps } from '../deps';
import { iso } from '../integration-view';
import { before } from '../patience';
import { createRouter, json, problems, secured } from '../router';
import { Fleet } from '../schemas';

const get = createRoute({
  method: 'get',
  path: '/fleet',
  summary: 'The fleet at a glance',
  description: 'How many connections stand where and end soon, and whether the audit is on and when it ran.',
  security: secured,
  middleware: requireScope('read'),
  responses: { 200: json(Fleet, 'The fleet'), ...problems },
});

export function fleetRoutes(deps: HttpDeps) {
  return createRouter().openapi(get, async (c) => {
    const fleet = await fleetOverview(deps.pool, deps.clock.now(), c.get('caller').ownerRefs);
    const { oldestWaitingAt, ...deliveries } = await deliveryCounts(deps.pool, c.get('caller').ownerRefs);
    const last = await lastAudit(deps.pool);
    const schedule = await scheduleOf(deps);
    return c.json(
      {
        ...fleet,
        deliveries: { ...deliveries, oldestWaitingAt: iso(oldestWaitingAt) },
        incidents: (await openIncidents(deps.pool)).map(({ id, provider, kind, startedAt }) => ({
          id,
          provider,
          kind,
          startedAt: new Date(startedAt).toISOString(),
        })),
        audit: {
          enabled: schedule.enabled,
          every: AUDIT_EVERY,
          lastRunAt: iso(last?.startedAt ?? null),
          lastResult: last?.result ?? null,
          nextRunAt: iso(schedule.nextRunAt),
        },
      },
      200,
    );
  });
}

/** What Temporal says of the audit's schedule; while it cannot be asked the rest is still told. */
async function scheduleOf(deps: HttpDeps): Promise<{ enabled: boolean | null; nextRunAt: number | null }> {
  const deadline = Date.now() + SECOND_MS;
  const describing = deps.temporal
    .withDeadline(deadline, () => describeAuditSchedule(deps.temporal))
    .then((found) => found ?? { enabled: false, nextRunAt: null });
  const unknown = () => ({ enabled: null, nextRunAt: null });
  return before(deadline, describing, unknown).catch(unknown);
}
