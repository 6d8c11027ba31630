import { Hono } from 'hono';
import { SECOND_MS } from '../../core/time';
import { type HttpDeps } from '../deps';

const PATIENCE_MS = 2 * SECOND_MS;
type Part = 'database' | 'temporal' | 'key';

/** Whether the process lives, whether it can do everything, and whether it can at least hand out tokens. */
export function healthRoutes(deps: HttpDeps): Hono {
  const checks: Record<Part, () => Promise<unknown>> = {
    database: () => deps.pool.query('select 1'),
    temporal: () =>
      deps.temporal.withDeadline(Date.now() + PATIENCE_MS, () =>
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
    .get('/healthz', (c) => c.json({ alive: true }))
    .get('/readyz', async (c) => {
      const result = await answer(['database', 'temporal', 'key']);
      return c.json(result, result.ready ? 200 : 503);
    })
    .get('/readyz/serve', async (c) => {
      const result = await answer(['database', 'key']);
      return c.json(result, result.ready ? 200 : 503);
    });
}

async function holds(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  const good = check()
    .then(() => true)
    .catch(() => false);
  return Promise.race([good, tooLong]).finally(() => clearTimeout(timer));
}
