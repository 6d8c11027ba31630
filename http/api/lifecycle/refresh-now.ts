import { addAuditEntry } from '../../../adapters/postgres/access/audit-log';
import { type Integration as Row } from '../../../adapters/postgres/integrations/integration-row';
import { claimRecheck } from '../../../adapters/postgres/tokens/rechecks';
import { usableToken } from '../../../services/usable-token';
import { type EnsuredFresh } from '../../../client/lifecycle-client';
import { type AskedKind } from '../../../core/lifecycle/recheck-policy';
import { MINIMUM_REFRESH_AGE_MS } from '../../../core/lifecycle/refresh-policy';
import { refreshFailedText } from '../../../core/text/banner';
import { type Caller } from '../../middleware/caller';
import { type HttpDeps } from '../../deps';
import { findAccessible } from '../integrations/find';
import { answerBy } from '../../../services/answer-by';
import { toIntegrationView } from '../integrations/integration-view';
import { requestDeadline } from '../../deadlines';
import { Problem } from '../../problems';
import { tokenOnceDecided } from '../messages/with-recovery';

/**
 * Refreshes the token once, if it is due.
 * @param withinMs refresh if at most this much time is left; null: regardless of the time left
 * @param timeZone time zone of the toast; absent: UTC
 * @throws Problem `refresh_failed` with the text of the toast, `not_due`; NoToken
 */
export async function refreshNow(
  deps: Pick<HttpDeps, 'pool' | 'sealer' | 'clock' | 'lifecycles' | 'site'>,
  caller: Caller,
  id: string,
  withinMs: number | null,
  timeZone?: string,
) {
  const deadline = requestDeadline();
  await findAccessible(deps, caller, id);
  const { integration: row } = await tokenOnceDecided(deps, id, deadline);
  const known =
    outcomeByRow(deps, row, withinMs) ??
    ((await isAskedTooOften(deps, row, withinMs === null ? 'check' : 'load')) ? 'refresh_failed' : null);
  const refresh = { action: 'integration.refresh', integrationId: row.id } as const;
  if (!known && withinMs === null) await addAuditEntry(deps.pool, caller.actor, refresh, deps.clock.now());
  const outcome = known ?? (await ask(deps, row, withinMs, deadline));
  // An app asks on each load: what counts is the refresh.
  if (outcome === 'refreshed' && withinMs !== null)
    await addAuditEntry(deps.pool, caller.actor, refresh, deps.clock.now());
  // The result is returned only with a usable token.
  const { integration: after } = await usableToken(deps.pool, deps.sealer, id, deps.clock.now());
  const integration = toIntegrationView(deps, caller, after);
  switch (outcome) {
    case 'fresh':
      return { refreshed: false, integration };
    case 'refreshed':
      return { refreshed: true, integration };
    case 'not_due':
      if (withinMs === null) throw notDue(after);
      return { refreshed: false, integration };
    default:
      throw refreshFailed(deps, after, integration, timeZone);
  }
}

/** The outcome that the row alone gives, so that the usual request needs neither Temporal nor Instagram. */
function outcomeByRow(
  deps: Pick<HttpDeps, 'clock'>,
  row: Row,
  withinMs: number | null,
): 'fresh' | 'not_due' | null {
  const now = deps.clock.now();
  if (withinMs !== null && (row.expiresAt ?? 0) - now > withinMs) return 'fresh';
  return now < refreshableFrom(row) ? 'not_due' : null;
}

/** Whoever asks without end while refreshes fail is told of the last one. */
async function isAskedTooOften(
  { pool, clock }: Pick<HttpDeps, 'pool' | 'clock'>,
  row: Row,
  kind: AskedKind,
): Promise<boolean> {
  if (row.failedAttempts === 0) return false;
  return (await claimRecheck(pool, row.id, kind, clock.now())).is === 'refused';
}

function ask(
  deps: Pick<HttpDeps, 'lifecycles'>,
  { id, version }: Row,
  withinMs: number | null,
  deadline: number,
): Promise<EnsuredFresh> {
  return answerBy(deadline, deps.lifecycles.ensureFresh(id, { version, withinMs }));
}

function refreshableFrom(row: Row): number {
  return (row.issuedAt ?? 0) + MINIMUM_REFRESH_AGE_MS;
}

function notDue(row: Row): Problem {
  const notBefore = new Date(refreshableFrom(row)).toISOString();
  return new Problem(
    'not_due',
    `The token is too new to refresh: Instagram requires an age of 24 hours. Try again at ${notBefore}.`,
    { notBefore },
  );
}

function refreshFailed(
  deps: Pick<HttpDeps, 'site'>,
  row: Row,
  integration: ReturnType<typeof toIntegrationView>,
  timeZone?: string,
): Problem {
  const text = refreshFailedText(
    { username: row.username, product: deps.site.productName },
    row.expiresAt ?? 0,
    timeZone,
  );
  return new Problem('refresh_failed', text, { text, integration });
}
