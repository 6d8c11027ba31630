import { z } from '@hono/zod-openapi';
import { DAY_MS } from '../../../core/time';
import { refreshNow } from './refresh-now';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { Refreshed } from './token-schemas';
import { idParam as params, timeZone } from '../schemas';

const wanted = z.strictObject({
  withinDays: z
    .number()
    .min(0)
    .max(60)
    .default(3)
    .openapi({ description: 'Refresh if the token expires within this many days.' }),
  timeZone: timeZone.optional(),
});

const ensureFresh = strictRoute({
  method: 'post',
  path: '/integrations/{id}/ensure-fresh',
  operationId: 'ensureFresh',
  tags: ['Tokens'],
  summary: 'Refresh the token if it expires soon',
  description:
    'For apps to call on load. Tries one refresh if the token expires within `withinDays`; while refreshes fail, four such attempts at once and then one every 30 minutes. Errors: `refresh_failed` with `text` for a toast while the token still works, and the errors of `GET …/token`.',
  security: secured,
  middleware: requireScope('operate', { embed: true }),
  request: {
    params,
    body: { ...body(wanted), required: false },
  },
  responses: { 200: json(Refreshed, 'The token is fresh'), ...problems },
});

const refresh = strictRoute({
  method: 'post',
  path: '/integrations/{id}/refresh',
  operationId: 'refreshToken',
  tags: ['Tokens'],
  summary: 'Refresh the token now',
  description:
    'Regardless of the time left. After 20 failed refreshes or checks that were asked for it tries again every 30 minutes. Errors: `not_due` for a token under 24 hours old, `refresh_failed`, and the errors of `GET …/token`.',
  security: secured,
  middleware: requireScope('operate'),
  request: { params },
  responses: { 200: json(Refreshed, 'The token was refreshed'), ...problems },
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
