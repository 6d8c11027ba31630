import { z } from '@hono/zod-openapi';
import { DAY_MS } from '../../../core/time';
import { refreshNow } from './refresh-now';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { Refreshed, idParam as params, timeZone } from '../schemas';

const wanted = z.strictObject({
  withinDays: z.number().min(0).max(60).default(3),
  timeZone: timeZone.optional(),
});

const ensureFresh = strictRoute({
  method: 'post',
  path: '/integrations/{id}/ensure-fresh',
  summary: 'Refresh if the token ends soon: what an app calls when it loads',
  description:
    'Within 3 days of the end (or `withinDays`) it tries one refresh. When that fails while the token still works, it answers 503 `refresh_failed` with `text` for a toast, its times in `timeZone` or else UTC.',
  security: secured,
  middleware: requireScope('operate', { embed: true }),
  request: {
    params,
    body: { ...body(wanted), required: false },
  },
  responses: { 200: json(Refreshed, 'Fresh'), ...problems },
});

const refresh = strictRoute({
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
      const { withinDays, timeZone } = wanted.parse((c.req.valid('json') as object | undefined) ?? {});
      const { id } = c.req.valid('param');
      return c.json(await refreshNow(deps, c.get('caller'), id, withinDays * DAY_MS, timeZone), 200);
    })
    .openapi(refresh, async (c) =>
      c.json(await refreshNow(deps, c.get('caller'), c.req.valid('param').id, null), 200),
    );
}
