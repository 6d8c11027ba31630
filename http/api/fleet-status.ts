import { lastAudit } from '../../adapters/postgres/fleet/audit-runs';
import { deliveryCounts } from '../../adapters/postgres/deliveries/delivery-log';
import { tableSizes } from '../../adapters/postgres/fleet/table-sizes';
import { fleetOverview } from '../../adapters/postgres/fleet/fleet';
import { openIncidents } from '../../adapters/postgres/incidents/incidents';
import { callsSince, failingConnections } from '../../adapters/postgres/incidents/provider-calls';
import { readCallbackTraffic } from '../../adapters/postgres/messages/callback-traffic';
import { AUDIT_EVERY, describeAuditSchedule } from '../../adapters/temporal/audit-schedule';
import { JUDGED_MS, type ProviderStatus, providerStatus } from '../../core/fleet/provider-status';
import { refusalText } from '../../core/text/callbacks';
import { SECOND_MS } from '../../core/time';
import { type Caller } from '../middleware/caller';
import { type HttpDeps } from '../deps';
import { iso } from './integrations/integration-view';
import { withDeadline } from '../../adapters/deadline';

/** An overview of all connections that this caller may see. */
export async function fleetStatusFor(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'temporal' | 'instagram'>,
  caller: Caller,
) {
  const fleet = await fleetOverview(deps.pool, deps.clock.now(), caller.ownerRefs);
  // What concerns everyone's connections is not for those who may see some.
  const isWhole = caller.ownerRefs === null;
  const last = isWhole ? await lastAudit(deps.pool) : null;
  const schedule = await scheduleOf(deps);
  const { appId } = deps.instagram.settings;
  const callbacks = isWhole ? await readCallbackTraffic(deps.pool, appId, deps.clock.now()) : null;
  const incidents = await openIncidents(deps.pool);
  const provider = await providerStatusFor(deps, caller.ownerRefs, incidents);
  const { oldestWaitingAt, ...deliveries } = await deliveryCounts(deps.pool, caller.ownerRefs);
  return {
    ownerRefs: caller.ownerRefs && [...caller.ownerRefs],
    ...fleet,
    deliveries: { ...deliveries, oldestWaitingAt: iso(oldestWaitingAt) },
    incidents: incidents.map(({ id, provider, kind, startedAt }) => ({
      id,
      provider,
      kind,
      startedAt: new Date(startedAt).toISOString(),
    })),
    provider: { ...provider, since: iso(provider.since) },
    callbacks: {
      lastDeliveryAt: iso(callbacks?.lastDeliveryAt ?? null),
      refusedSince: iso(callbacks?.refusedSince ?? null),
      refusedWhy: callbacks?.refusedWhy ? refusalText(callbacks.refusedWhy) : null,
    },
    audit: {
      enabled: schedule.enabled,
      every: AUDIT_EVERY,
      lastRunAt: iso(last?.startedAt ?? null),
      lastResult: last?.result ?? null,
      nextRunAt: iso(schedule.nextRunAt),
    },
    tables: isWhole
      ? (await tableSizes(deps.pool, deps.clock.now())).map((table) => ({
          ...table,
          retention: last?.retention ? (last.retention[table.name] ?? []) : null,
        }))
      : null,
  };
}

export type FleetStatus = Awaited<ReturnType<typeof fleetStatusFor>>;

/** How well Instagram answers. @param ownerRefs whose failing connections are counted; null: all */
export async function providerStatusFor(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'instagram'>,
  ownerRefs: readonly string[] | null,
  incidents: readonly { startedAt: number }[],
): Promise<ProviderStatus> {
  const now = deps.clock.now();
  const app = { provider: 'instagram', appId: deps.instagram.settings.appId };
  return providerStatus(
    {
      failing: await failingConnections(deps.pool, app.provider, ownerRefs),
      incidentSince: incidents[0]?.startedAt ?? null,
      calls: await callsSince(deps.pool, app, now - JUDGED_MS),
    },
    now,
  );
}

/** The state of the audit's Schedule; null fields if Temporal does not respond within a second. */
async function scheduleOf(
  deps: Pick<HttpDeps, 'temporal'>,
): Promise<{ enabled: boolean | null; nextRunAt: number | null }> {
  const deadline = Date.now() + SECOND_MS;
  const describing = deps.temporal
    .withDeadline(deadline, () => describeAuditSchedule(deps.temporal))
    .then((found) => found ?? { enabled: false, nextRunAt: null });
  const unknown = () => ({ enabled: null, nextRunAt: null });
  return withDeadline(deadline, describing, unknown).catch(unknown);
}
