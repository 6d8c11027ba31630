import { factsOf, type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type ProviderError } from '../../adapters/instagram/provider-error';
import { type LastError } from '../../core/lifecycle/facts';
import { refreshDueAt } from '../../core/lifecycle/next-action';
import {
  FAILING_NOTICE_AFTER_MS,
  ladderDelayMs,
  pauseOverrideAt,
  throttledDelayMs,
  unsupportedDelayMs,
} from '../../core/lifecycle/refresh-policy';
import { isUsable } from '../../core/lifecycle/states';
import { type Outcome, type StepResult } from '../../core/lifecycle/steps';
import { MINUTE_MS } from '../../core/time';
import { type Deps } from '../deps';
import { lastErrorOf, ownError, sealingError } from './last-error';
import { enterRecovery } from './enter-recovery';
import { refreshOnce } from './refresh-once';
import { save } from './save';
import { type RefreshTrigger } from './settle-pending';
import { step } from './step';

export interface RefreshTokenInput {
  integrationId: string;
  /** The version the lifecycle wants refreshed. */
  version: number;
  /** Somebody asked for it now; otherwise the plan or the ladder did. */
  asked: boolean;
}

/** One refresh by plan, by ladder or on request. A failure puts the integration on the ladder; the token stays in use. */
export function refreshToken(deps: Deps, input: RefreshTokenInput): Promise<StepResult> {
  return step(deps, input.integrationId, async (row) => {
    if (row.version !== input.version || !isUsable(row.state)) return 'moved_on';
    const now = deps.clock.now();
    if (!input.asked && now < refreshDueAt(factsOf(row))) return 'not_due';

    const trigger = triggerOf(row, input.asked, now);
    const refreshing = row.state === 'refreshing' ? row : await save(deps, row, { state: 'refreshing' });
    const outcome = await attempt(deps, refreshing, trigger);
    deps.counters.refresh(trigger, outcome);
    return outcome;
  });
}

async function attempt(deps: Deps, row: Integration, trigger: RefreshTrigger): Promise<Outcome> {
  const result = await refreshOnce(deps, row, trigger).catch((error: unknown) => {
    const lastError = sealingError(error, deps.clock.now());
    if (lastError) return { is: 'sealed' as const, lastError };
    throw error;
  });
  const now = deps.clock.now();
  switch (result.is) {
    case 'refreshed':
      return 'refreshed';
    case 'too_young':
      await save(deps, row, { state: 'active', nextAttemptAt: result.notBefore });
      return 'not_due';
    case 'under_way':
      await save(deps, row, { nextAttemptAt: Math.max(result.until, now + MINUTE_MS) });
      return 'refresh_failed';
    case 'unproven':
      await climb(deps, row, ownError('unproven', 'The refreshed token could not be proven yet.', now));
      return 'refresh_failed';
    case 'useless':
      await climb(
        deps,
        row,
        ownError('useless_answer', 'Instagram answered with a token that does not work.', now),
      );
      return 'refresh_failed';
    case 'sealed':
      await climb(deps, row, result.lastError);
      return 'refresh_failed';
    case 'failed':
      await afterRefusal(deps, row, result.error);
      return 'refresh_failed';
  }
}

async function afterRefusal(deps: Deps, row: Integration, error: ProviderError): Promise<void> {
  const now = deps.clock.now();
  const delayMs = delayFor(deps, row, error, (row.expiresAt ?? 0) - now);
  // Also when the token is in doubt: should it live after all, the next try waits its turn.
  const waiting = await climb(deps, row, lastErrorOf(error, now), delayMs);
  if (!['terminal', 'ambiguous', 'owner_action'].includes(error.failure.class)) return;
  await enterRecovery(deps, waiting, {
    rejection: { version: row.version, code: error.code ?? 190, subcode: error.subcode, source: 'refresh' },
    // The refusal is itself this version's one recovery refresh; what is left is to look whether the token lives.
    refreshUsed: error.failure.class === 'terminal',
  });
}

/** How long the refusal itself says to wait; null: the ladder knows. */
function delayFor(deps: Deps, row: Integration, error: ProviderError, remainingMs: number): number | null {
  if (error.failure.class === 'throttled') return throttledDelayMs(error.retryAfterMs, remainingMs);
  if (error.failure.problem !== 'refresh_unsupported') return null;
  deps.logger.error(
    { integrationId: row.id },
    'Instagram does not refresh this token: is the tester invited, the product and the app secret the right one?',
  );
  return unsupportedDelayMs(remainingMs);
}

/** Notes a failure and the next try; after a day of failures tells of it, once per version. */
async function climb(
  deps: Deps,
  row: Integration,
  lastError: LastError,
  delayMs: number | null = null,
): Promise<Integration> {
  const now = deps.clock.now();
  const remainingMs = (row.expiresAt ?? 0) - now;
  const failedAttempts = row.failedAttempts + 1;
  const failingSince = row.failingSince ?? now;
  const tell = !row.failingNoticed && now - failingSince >= FAILING_NOTICE_AFTER_MS;
  return save(
    deps,
    row,
    {
      failedAttempts,
      failingSince,
      nextAttemptAt: now + (delayMs ?? ladderDelayMs(failedAttempts, remainingMs, deps.random())),
      lastError,
      ...(tell && { failingNoticed: true }),
    },
    tell ? [{ type: 'token.refresh_failing', data: { failedAttempts, lastError } }] : [],
  );
}

function triggerOf(row: Integration, asked: boolean, now: number): RefreshTrigger {
  if (asked) return 'manual';
  const life = { issuedAt: row.issuedAt ?? 0, expiresAt: row.expiresAt ?? 0 };
  return row.paused && now >= pauseOverrideAt(life) ? 'emergency' : 'schedule';
}
