import { setTimeout as sleep } from 'node:timers/promises';
import { ProviderError } from '../../adapters/instagram/provider-error';
import { isRevoked } from '../../adapters/postgres/access/connect-links';
import { type Held, openHolding } from '../../adapters/postgres/access/oauth-holdings';
import {
  type Round,
  type RoundOutcome,
  claimRound,
  dueRounds,
  finishRound,
  postponeRound,
} from '../../adapters/postgres/access/oauth-states';
import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { findIntegration } from '../../adapters/postgres/integrations/integrations';
import { reasonOf } from '../../adapters/error-reason';
import { WAITING_MS, laterMs } from '../../core/access/connect-policy';
import { type ConnectRefusal, connectVerdict } from '../../core/access/connect-refusals';
import { SECOND_MS } from '../../core/time';
import { recordProviderSignal } from '../provider-signal';
import { type ConnectDeps } from './deps';
import { type Ending, reportEnding } from './report-ending';
import { conclude, exchangeCode, exchangeForLongLived } from './steps';

/** In the background, where nobody waits, a few tries follow each other and the rest is left to the next time. */
const BACKGROUND_LADDER_MS = [1 * SECOND_MS, 2 * SECOND_MS];
const ROUNDS_AT_ONCE = 10;

/**
 * Goes on with a round, if it is due and no other process does: exchanges what it holds for the next, until the account
 * is connected, Instagram refuses for good, or the ladder is exhausted and the rest is left to the background.
 * @param ladder pauses between tries in ms
 */
export async function driveRound(
  deps: ConnectDeps,
  stateHash: Buffer,
  ladder: readonly number[],
): Promise<void> {
  const { pool, clock } = deps;
  const round = await claimRound(pool, stateHash, clock.now());
  const integration = round && (await findIntegration(pool, round.integrationId));
  if (!round || !integration) return;
  const startedAt = clock.now();
  for (let failures = 0; ;) {
    if (clock.now() >= round.expiresAt)
      return end(deps, round, integration, { result: 'failed', refusal: round.obstacle });
    const held = await openHolding(pool, deps.sealer, round, integration);
    if (!held) return end(deps, round, integration, { result: 'link_outdated' });
    try {
      const ending = await step(deps, round, integration, held);
      if (ending) return await end(deps, round, integration, ending);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const isRetry = round.tries > 1 || failures > 0;
      const ending = await judge(deps, round, integration, error, held.holds === 'code' && isRetry);
      if (ending) return end(deps, round, integration, ending);
      const pauseMs = Math.max(ladder[failures] ?? 0, error.retryAfterMs ?? 0);
      failures += 1;
      const isLate = clock.now() + pauseMs - startedAt > WAITING_MS;
      if (failures > ladder.length || isLate) {
        const waitMs = Math.max(laterMs(round.tries), error.retryAfterMs ?? 0);
        return postponeRound(pool, round, clock.now() + waitMs, round.obstacle);
      }
      await (deps.pause ?? sleep)(pauseMs);
    }
  }
}

/** Goes on with the rounds that nobody works on: their browser left, or their process ended. @returns how many */
export async function finishRounds(deps: ConnectDeps): Promise<number> {
  const due = await dueRounds(deps.pool, deps.clock.now(), ROUNDS_AT_ONCE);
  await Promise.all(
    due.map((stateHash) =>
      driveRound(deps, stateHash, BACKGROUND_LADDER_MS).catch((error: unknown) =>
        deps.logger.warn({ reason: reasonOf(error) }, 'connection under way not completed; trying again'),
      ),
    ),
  );
  return due.length;
}

/** One step with what the round holds. @returns how the round ends; null: it goes on with what was stored */
async function step(
  deps: ConnectDeps,
  round: Round,
  integration: Integration,
  held: Held,
): Promise<Ending | null> {
  // Disconnected or connected by another round in the meantime: Instagram is not called. If it was deauthorized in the
  // meantime, the new grant shows whether the deauthorization is older.
  const now = await findIntegration(deps.pool, integration.id);
  if (!now || now.state === 'disconnected') return { result: 'link_outdated' };
  if (now.grantNo !== round.grantNo && now.reason !== 'deauthorized') return { result: 'link_outdated' };
  if (await isRevoked(deps.pool, round.link)) return { result: 'link_outdated' };
  switch (held.holds) {
    case 'code':
      return exchangeCode(deps, round, integration, held);
    case 'short_lived':
      return exchangeForLongLived(deps, round, integration, held);
    case 'long_lived':
      return conclude(deps, round, now, held);
  }
}

/** @returns how the round ends by a refused call; null: it is tried again, and `round.obstacle` says what was in the way */
async function judge(
  deps: ConnectDeps,
  round: Round,
  integration: Integration,
  error: ProviderError,
  isRetry: boolean,
): Promise<Ending | null> {
  const { operation, status, code, subcode, failure, refusal } = error;
  const verdict = connectVerdict({
    refusal,
    failure,
    isRetry,
    wasUnreadable: round.obstacle === 'unreadable',
  });
  deps.logger.warn(
    { integrationId: integration.id, operation, status, errorCode: code, refusal: refusalOf(verdict) },
    verdict.is === 'again' ? 'connecting not completed yet' : 'connect failed',
  );
  if (failure.class === 'app_level') await recordProviderSignal(deps, integration, 'app_level');
  if (verdict.is === 'no_permission') return { result: 'missing_permissions' };
  if (verdict.is === 'refused')
    return { result: 'failed', refusal: verdict.refusal, failed: { operation, code, subcode } };
  round.obstacle = verdict.obstacle;
  return null;
}

function refusalOf(verdict: ReturnType<typeof connectVerdict>): ConnectRefusal | null {
  return verdict.is === 'refused' ? verdict.refusal : null;
}

async function end(deps: ConnectDeps, round: Round, integration: Integration, ending: Ending): Promise<void> {
  const { result, refusal = null, other = null, isStored } = ending;
  const outcome: RoundOutcome = { result, refusal, other, integrationId: integration.id, grantNo: null };
  const isOver = isStored ?? (await finishRound(deps.pool, round, outcome, deps.clock.now()));
  if (isOver) await reportEnding(deps, integration, ending);
}
