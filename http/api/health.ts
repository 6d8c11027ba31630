import { Hono } from 'hono';
import { withDeadline } from '../../adapters/deadline';
import { held } from '../../adapters/held';
import { createWriteCheck, databaseTrouble } from '../../adapters/postgres/write-check';
import { SECOND_MS } from '../../core/time';
import { type HttpDeps } from '../deps';

const CHECK_MS = 2 * SECOND_MS;
const ANSWER_HOLDS_MS = SECOND_MS;
type Part = 'database' | 'temporal' | 'key';

/** Liveness, full readiness, and readiness to serve tokens and reads, for which a database that takes no writes will do. */
export function healthRoutes(deps: HttpDeps): Hono {
  const checkWrites = createWriteCheck(deps.pool);
  const checks = {
    database: checkWrites,
    temporal: () =>
      deps.temporal.withDeadline(Date.now() + CHECK_MS, () =>
        deps.temporal.workflowService.getSystemInfo({}),
      ),
    key: () => deps.sealer.verify(),
  } satisfies Record<Part, () => Promise<unknown>>;
  const toServe = { database: () => deps.pool.query('select 1'), key: checks.key };

  // Anyone may ask, as often as they like.
  const ready = held(() => readiness(checks), ANSWER_HOLDS_MS);
  const readyToServe = held(() => readiness(toServe), ANSWER_HOLDS_MS);

  return new Hono()
    .get('/healthz', (c) => {
      const alive = !deps.poolWatch.isDead();
      return c.json({ alive }, alive ? 200 : 503);
    })
    .get('/readyz', async (c) => {
      const result = await ready();
      return c.json(result, result.ready ? 200 : 503);
    })
    .get('/readyz/serve', async (c) => {
      const result = await readyToServe();
      return c.json(result, result.ready ? 200 : 503);
    });
}

async function readiness(checks: Partial<Record<Part, () => Promise<unknown>>>) {
  const failing: string[] = [];
  const reasons: Record<string, string> = {};
  await Promise.all(
    Object.entries(checks).map(async ([part, check]) => {
      const passes = check().then(
        () => true,
        (error: unknown) => {
          const reason = databaseTrouble(error);
          if (part === 'database' && reason) reasons[part] = reason;
          return false;
        },
      );
      if (!(await withDeadline(Date.now() + CHECK_MS, passes, () => false))) failing.push(part);
    }),
  );
  failing.sort();
  const because = Object.keys(reasons).length > 0 ? { reasons } : {};
  return { ready: failing.length === 0, failing, ...because };
}
