import { claimReport, releaseReport } from '../../../adapters/postgres/tokens/rejection-reports';
import { type Rejection } from '../../../core/lifecycle/facts';
import { isTokenCode } from '../../../core/lifecycle/failure';
import { decide, findConnected, recheck, tellDecision } from './recheck';
import { findAccessible } from '../integrations/find';
import { requireScope } from '../../middleware/auth';
import { type HttpDeps } from '../../deps';
import { requestDeadline } from '../../deadlines';
import { withDeadline } from '../../../adapters/deadline';
import { Problem } from '../../problems';
import { body, createRouter, json, problems, secured, strictRoute } from '../../router';
import { Recovery, TokenRejection } from './token-schemas';
import { idParam as params } from '../schemas';

const reject = strictRoute({
  method: 'post',
  path: '/integrations/{id}/token-rejections',
  operationId: 'reportTokenRejection',
  tags: ['Tokens'],
  summary: 'Report a call that Instagram refused with 190 or 102',
  description:
    'Waits for at most 20 seconds for the outcome. With `wait: false` it responds 202 at once. Errors: `not_a_rejection`, `unknown_version`, `not_connected`, `disconnected`.',
  security: secured,
  middleware: requireScope('token'),
  request: { params, body: body(TokenRejection) },
  responses: { 200: json(Recovery, 'The outcome'), 202: { description: 'Reported' }, ...problems },
});

const recheckRoute = strictRoute({
  method: 'post',
  path: '/integrations/{id}/recheck',
  operationId: 'recheckToken',
  tags: ['Tokens'],
  summary: 'Check whether Instagram accepts the token',
  description:
    'Checks at once, also an expired connection. After 20 checks it responds with the result of the last one, and checks again every 30 minutes.',
  security: secured,
  middleware: requireScope('operate', { embed: true }),
  request: { params },
  responses: { 200: json(Recovery, 'The outcome'), ...problems },
});

export function recoveryRoutes(deps: HttpDeps) {
  return createRouter()
    .openapi(reject, async (c) => {
      const caller = c.get('caller');
      const row = await findConnected(deps, caller, c.req.valid('param').id);
      deps.tokenUses.count(caller.keyId, row.id);
      const { version, code, subcode = null, wait } = c.req.valid('json');
      if (!isTokenCode(code))
        throw new Problem(
          'not_a_rejection',
          'Only the codes 190 and 102 are token errors. Other errors need no report.',
        );
      if (version > row.version)
        throw new Problem('unknown_version', `The latest version is ${row.version}.`);
      const report = { version, code, subcode, source: `api/${caller.keyId}` };
      if (!wait) {
        await note(deps, row.id, report);
        return c.body(null, 202);
      }
      if (version < row.version) return c.json(tellDecision(deps, caller, row, 'stale_version'), 200);
      if (row.state === 'expired') return c.json(tellDecision(deps, caller, row, 'expired'), 200);
      const outcome = await decide(deps, row, report);
      return c.json(tellDecision(deps, caller, await findAccessible(deps, caller, row.id), outcome), 200);
    })
    .openapi(recheckRoute, async (c) =>
      c.json(await recheck(deps, c.get('caller'), c.req.valid('param').id), 200),
    );
}

/** Passes a report on unless another was just passed on. One that could not be leaves the way free for the next. */
async function note(
  deps: Pick<HttpDeps, 'pool' | 'clock' | 'lifecycles' | 'temporal'>,
  id: string,
  report: Rejection,
): Promise<void> {
  if (!(await claimReport(deps.pool, id, report.version, deps.clock.now()))) return;
  const deadline = requestDeadline();
  const passing = deps.temporal.withDeadline(deadline, () => deps.lifecycles.tokenRejected(id, report));
  try {
    await withDeadline(deadline, passing, () => {
      throw new Problem(
        'service_unavailable',
        'Temporal is not responding. Report the rejection again in a moment.',
      );
    });
  } catch (error) {
    await releaseReport(deps.pool, id, report.version);
    throw error;
  }
}
