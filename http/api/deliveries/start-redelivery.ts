import { type Delivery } from '../../../adapters/postgres/deliveries/deliveries';
import {
  type FailedFilter,
  findDelivery,
  redeliver,
  redeliverFailed,
} from '../../../adapters/postgres/deliveries/delivery-log';
import { audited } from '../../../adapters/postgres/access/audit-log';
import { type Actor } from '../../../core/access/actor';
import { type HttpDeps } from '../../deps';
import { Problem, notFound } from '../../problems';

/** Restarts a delivery in any state. */
export async function startRedelivery(
  deps: Pick<HttpDeps, 'pool' | 'clock'>,
  actor: Actor,
  id: string,
): Promise<Delivery> {
  const now = deps.clock.now();
  const begun = await audited(
    { pool: deps.pool, actor, now },
    (db) => redeliver(db, id, now),
    (again) => again && { action: 'delivery.redeliver', target: id, integrationId: again.integrationId },
  );
  if (begun) return begun;
  if (!(await findDelivery(deps.pool, id))) throw notFound('delivery');
  throw new Problem('endpoint_disabled', 'The endpoint of this delivery is disabled. Enable it first.');
}

/** What one request restarts at most: the relays hand over as many in a few seconds. */
export const MAX_REDELIVERIES = 1_000;

/** Restarts failed deliveries, the oldest first. @returns how many, at most `MAX_REDELIVERIES` */
export async function startRedeliveries(
  { pool, clock }: Pick<HttpDeps, 'pool' | 'clock'>,
  actor: Actor,
  filter: FailedFilter,
): Promise<number> {
  const now = clock.now();
  return audited(
    { pool, actor, now },
    (db) => redeliverFailed(db, filter, now, MAX_REDELIVERIES),
    (count) =>
      count === 0
        ? null
        : {
            action: 'delivery.redeliver',
            target: filter.endpointId,
            integrationId: filter.integrationId,
            changes: { failedDeliveries: count },
          },
  );
}
