import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { type ProviderError } from '../../adapters/instagram/provider-error';
import { type TimelineEntry } from '../../adapters/postgres/integrations/apply-change';
import { type LastError } from '../../core/lifecycle/facts';
import { unclearDelayMs } from '../../core/lifecycle/recovery-policy';
import { type Outcome } from '../../core/lifecycle/steps';
import { type Deps } from '../deps';
import { lastErrorOf } from './last-error';
import { save } from './save';

/** Nobody can say yet: the recovery goes on, and looks again by its ladder (or after `delayMs`). */
export async function tryLater(
  deps: Deps,
  row: Integration,
  why: {
    error?: ProviderError;
    lastError?: LastError;
    delayMs?: number;
    changes?: Partial<NonNullable<Integration['recovery']>>;
    events?: TimelineEntry[];
  },
): Promise<Outcome> {
  const { recovery } = row;
  if (!recovery) return 'moved_on';
  const now = deps.clock.now();
  const tries = recovery.tries + 1;
  const nextAttemptAt =
    now + (why.delayMs ?? Math.max(unclearDelayMs(tries, deps.random()), why.error?.retryAfterMs ?? 0));
  const lastError = why.lastError ?? (why.error && lastErrorOf(why.error, now));
  await save(
    deps,
    row,
    {
      recovery: { ...recovery, held: false, ...why.changes, tries, nextAttemptAt },
      ...(lastError && { lastError }),
    },
    why.events,
  );
  return 'undecided';
}
