import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type LongLivedToken } from '../../adapters/instagram/oauth';
import { ProviderError } from '../../adapters/instagram/provider-error';
import { AttemptUnderWay, beginAttempt, endAttempt } from '../../adapters/postgres/tokens/refresh-attempts';
import { openCurrent } from '../../adapters/postgres/tokens/open-token';
import { type RefreshTrigger } from '../../core/lifecycle/changes';
import { type RefreshResult, type Settled } from '../../core/lifecycle/evidence';
import { refreshAtFor, refreshableAt } from '../../core/lifecycle/refresh-policy';
import { type Secret } from '../../core/access/secret';
import { MINUTE_MS, SECOND_MS } from '../../core/time';
import { type Deps } from '../deps';
import { recordProviderSignal } from '../../services/provider-signal';
import { refusalOf } from './refusal';
import { settlePending } from './settle-pending';
import { isBeingStored, storeAnswer } from './store-answer';

/** While an answer is being stored, the next attempt looks again after this. */
const STORING_RETRY_MS = 10 * SECOND_MS;
const SKEW_WORTH_A_WARNING_MS = 5 * MINUTE_MS;

type Refresher = Pick<
  Deps,
  'pool' | 'sealer' | 'instagram' | 'clock' | 'random' | 'logger' | 'spool' | 'pause'
>;

/**
 * Refreshes a token once, so that a crash at any point loses neither the old token nor one that Instagram already
 * gave: an attempt row is committed before the call, and whatever comes back is stored before it is looked at.
 */
export async function refreshOnce(
  deps: Refresher,
  integration: Integration,
  trigger: RefreshTrigger,
): Promise<RefreshResult> {
  if (isBeingStored(deps, integration.id))
    return { is: 'under_way', until: deps.clock.now() + STORING_RETRY_MS };
  // A token that could not be sealed must not be requested: Instagram may answer it only once.
  await deps.sealer.verify();
  let before = await settlePending(deps, integration, trigger);
  // A false alarm about a token just issued would cost a second refresh of the same version.
  if (before === 'dead') before = await settlePending(deps, integration, trigger);
  if (before === 'promoted' || before === 'unclear') return resultOf(before);

  const notBefore = refreshableAt(integration.issuedAt);
  if (deps.clock.now() < notBefore) return { is: 'too_young', notBefore };

  const token = await openCurrent(deps.pool, deps.sealer, integration, deps.clock.now());

  let attemptId: number;
  try {
    attemptId = await beginAttempt(deps.pool, integration, deps.clock.now());
  } catch (error) {
    if (error instanceof AttemptUnderWay) return { is: 'under_way', until: error.leaseUntil };
    throw error;
  }
  return callAndStore(deps, integration, token, attemptId, trigger);
}

async function callAndStore(
  deps: Refresher,
  integration: Integration,
  token: Secret,
  attemptId: number,
  trigger: RefreshTrigger,
): Promise<RefreshResult> {
  let refreshed: LongLivedToken;
  try {
    refreshed = await deps.instagram.refreshToken(token);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const answered = error.code !== null || (error.status !== null && error.status >= 400);
    const { status, subcode, codeText: code } = error;
    const failure = { class: error.failure.class, code, subcode, status };
    const outcome = answered ? 'refused' : 'unanswered';
    await endAttempt(deps.pool, attemptId, { outcome, failure }, deps.clock.now());
    await recordProviderSignal(deps, integration, error.failure.class);
    return { is: 'failed', refusal: refusalOf(error, deps.clock.now()) };
  }
  warnOfSkew(deps, refreshed.clockSkewMs);
  const { clockSkewMs: _, ...life } = refreshed;
  const refreshAt = refreshAtFor(refreshed, deps.random());
  const { row, pending } = await storeAnswer(deps, { row: integration, ...life, refreshAt });
  await endAttempt(deps.pool, attemptId, { outcome: 'answered' }, deps.clock.now());
  return resultOf(await settlePending(deps, row, trigger, { pending }));
}

/** Lifetimes survive two clocks that differ; an operator should know all the same. */
function warnOfSkew(deps: Refresher, skewMs: number | null): void {
  if (skewMs === null || Math.abs(skewMs) < SKEW_WORTH_A_WARNING_MS) return;
  deps.logger.warn({ skewMs }, "this machine's clock and Instagram's differ");
}

function resultOf(settled: Settled): RefreshResult {
  switch (settled) {
    case 'promoted':
      return { is: 'refreshed' };
    case 'unclear':
      return { is: 'unproven' };
    default:
      return { is: 'useless' };
  }
}
