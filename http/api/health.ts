import { Hono } from 'hono';
import { withDeadline } from '../../adapters/deadline';
import { SECOND_MS } from '../../core/time';
import { type HttpDeps } from '../deps';

const CHECK_MS = 2 * SECOND_MS;
type Part = 'database' | 'temporal' | 'key';

/** Liveness, full readiness, and readiness to serve tokens and reads. */
export function healthRoutes(deps: HttpDeps): Hono {
  const checks: Record<Part, () => Promise<unknown>> = {
    database: () => deps.pool.query('select 1'),
    temporal: () =>
      deps.temporal.withDeadline(Date.now() + CHECK_MS, () =>
        deps.temporal.workflowService.getSystemInfo({}),
      ),
    key: () => deps.sealer.verify(),
  };

  const answer = async (parts: Part[]) => {
    const failing = (
      await Promise.all(parts.map(async (part) => ((await holds(checks[part])) ? null : part)))
    ).filter(Boolean);
    return { ready: failing.length === 0, failing };
  };

  return new Hono()
    .get('/healthz', (c) => {
      const alive = !deps.poolWatch.isDead();
      return c.json({ alive }, alive ? 200 : 503);
    })
    .get('/readyz', async (c) => {
      const result = await answer(['database', 'temporal', 'key']);
      return c.json(result, result.ready ? 200 : 503);
    })
    .get('/readyz/serve', async (c) => {
      const result = await answer(['database', 'key']);
      return c.json(result, result.ready ? 200 : 503);
    });
}

function holds(check: () => Promise<unknown>): Promise<boolean> {
  const passes = check().then(
    () => true,
    () => false,
  );
  return withDeadline(Date.now() + CHECK_MS, passes, () => false);
}
