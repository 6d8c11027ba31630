import { Hono } from 'hono';
import { type Metrics } from '../adapters/metrics';
import { type PoolWatch } from '../adapters/postgres/pool-watch';

/** What Prometheus and a supervisor ask of a process, on a port of its own: `/metrics`, and whether to restart it. */
export function metricsApp({ metrics, poolWatch }: { metrics: Metrics; poolWatch: PoolWatch }): Hono {
  const { registry } = metrics;
  return new Hono()
    .get('/metrics', async (c) =>
      c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
    )
    .get('/healthz', (c) => {
      const alive = !poolWatch.isDead();
      return c.json({ alive }, alive ? 200 : 503);
    });
}
