import { createRoute, z } from '@hono/zod-openapi';
import { type Context } from 'hono';
import { type Integration as Row } from '../../adapters/postgres/integration-row';
import { usableToken } from '../../adapters/token-access';
import { type EnsuredFresh } from '../../client/lifecycle-client';
import { MINIMUM_REFRESH_AGE_MS } from '../../core/refresh-policy';
import { refreshFailedText } from '../../core/sentences';
import { DAY_MS } from '../../core/time';
import { type Env, requireScope } from '../auth';
import { type HttpDeps } from '../deps';
import { findFor } from '../find';
import { viewOf } from '../integration-view';
import { answerBy, before } from '../patience';
import { Problem } from '../problems';
import { body, createRouter, json, problems, secured } from '../router';
import { Refreshed, idParam as params } from '../schemas';
import { tokenOnceDecided } from '../with-recovery';

const ensureFresh = createRoute({
  method: 'post',
  path: '/integrations/{id}/ensure-fresh',
  summary: 'Refresh if the token ends soon: what an app calls when it loads',
  description:
    'Within 3 days of the end (or `withinDays`) it tries one refresh. When that fails while the token still works, it answers 503 `refresh_failed` with `text` for a toast.',
  security: secured,
  middleware: requireScope('operate', { embed: true }),
  request: {
    params,
    body: { ...body(z.strictObject({ withinDays: z.number().min(0).max(60).default(3) })), required: false },
  },
  responses: { 200: json(Refreshed, 'Fresh'), ...problems },
});

const refresh = createRoute({
  method: 'post',
  path: '/integrations/{id}/refresh',
  summary: 'Refresh now, whatever is left',
  security: secured,
  middleware: requireScope('operate'),
  request: { params },
  responses: { 200: json(Refreshed, 'Refreshed'), ...problems },
});

export function refreshRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(ensureFresh, async (c) => {
      const wanted = c.req.valid('json') as { withinDays: number } | undefined;
      const withinMs = (wanted?.withinDays ?? 3) * DAY_MS;
      return c.json(await attempt(deps, c, c.req.valid('param').id, withinMs), 200);
    })
    .openapi(refresh, async (c) => c.json(await attempt(deps, c, c.req.valid('param').id, null), 200));
}

/** @param withinMs refresh when no more than this is left; null: whatever is left */
async function attempt(deps: HttpDeps, c: Context<Env>, id: string, withinMs: number | null) {
  const deadline = answerBy();
  const caller = c.get('caller');
  await findFor(deps, caller, id);
  const { integration: row } = await tokenOnceDecided(deps, id, deadline);
  const outcome = outcomeByRow(deps, row, withinMs) ?? (await ask(deps, row, withinMs, deadline));
  // Whatever was answered, it is told only with a token that may be used.
  const { integration: after } = await usableToken(deps.pool, deps.sealer, id, deps.clock.now());
  const integration = viewOf(deps, caller, after);
  switch (outcome) {
    case 'fresh':
      return { refreshed: false, integration };
    case 'refreshed':
      return { refreshed: true, integration };
    case 'not_due':
      if (withinMs === null) throw notDue(after);
      return { refreshed: false, integration };
    default:
      throw refreshFailed(deps, after, integration);
  }
}

/** What the row alone tells, so that the usual answer needs neither Temporal nor Instagram. */
function outcomeByRow(deps: HttpDeps, row: Row, withinMs: number | null): 'fresh' | 'not_due' | null {
  const now = deps.clock.now();
  if (withinMs !== null && (row.expiresAt ?? 0) - now > withinMs) return 'fresh';
  return now < refreshableFrom(row) ? 'not_due' : null;
}

function ask(
  deps: HttpDeps,
  { id, version }: Row,
  withinMs: number | null,
  deadline: number,
): Promise<EnsuredFresh> {
  const asked = deps.lifecycles.ensureFresh(id, { version, withinMs });
  return before(deadline, asked, () => 'undecided' as const);
}

function refreshableFrom(row: Row): number {
  return (row.issuedAt ?? 0) + MINIMUM_REFRESH_AGE_MS;
}

function notDue(row: Row): Problem {
  const notBefore = new Date(refreshableFrom(row)).toISOString();
  return new Problem(
    'not_due',
    `Instagram refreshes no token under 24 hours of age. Try again from ${notBefore}.`,
    { notBefore },
  );
}

function refreshFailed(deps: HttpDeps, row: Row, integration: ReturnType<typeof viewOf>): Problem {
  const text = refreshFailedText(
    { username: row.username, product: deps.site.productName },
    row.expiresAt ?? 0,
  );
  return new Problem('refresh_failed', text, { text, integration });
}
