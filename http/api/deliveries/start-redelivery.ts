import { type Delivery } from '../../../adapters/postgres/deliveries/deliveries';
import { findDelivery, redeliver } from '../../../adapters/postgres/deliveries/delivery-log';
import { type HttpDeps } from '../../deps';
import { Problem, notFound } from '../../problems';

/** Restarts a delivery in any state. */
export async function startRedelivery(deps: Pick<HttpDeps, 'pool' | 'clock'>, id: string): Promise<Delivery> {
  const begun = await redeliver(deps.pool, id, deps.clock.now());
  if (begun) return begun;
  if (!(await findDelivery(deps.pool, id))) throw notFound('delivery');
  throw new Problem('endpoint_disabled', 'The endpoint of this delivery is disabled. Enable it first.');
}
