import { Hono } from 'hono';
import { type Metrics } from '../adapters/metrics';

/** The Prometheus endpoint, on its own port. */
export function metricsApp({ registry }: Metrics): Hono {
  return new Hono().get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
}
