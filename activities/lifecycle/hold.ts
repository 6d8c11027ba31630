import { type Integration } from '../../adapters/postgres/integrations/integration-row';
import { HELD_WAIT_MS } from '../../core/lifecycle/incident-policy';
import { type Outcome } from '../../core/lifecycle/steps';
import { type Deps } from '../deps';
import { ownError } from './last-error';
import { save } from './save';

/** The whole app has trouble: nothing is decided until that is over, and nobody is expired for it. */
export async function hold(deps: Deps, row: Integration): Promise<Outcome> {
  const { recovery } = row;
  if (!recovery) return 'moved_on';
  const now = deps.clock.now();
  await save(deps, row, {
    recovery: {
      ...recovery,
      held: true,
      nextAttemptAt: now + Math.round(HELD_WAIT_MS * (0.9 + deps.random() * 0.2)),
    },
    lastError: ownError(
      'provider_incident',
      'Instagram has trouble with the whole app. Nothing is decided until that is over.',
      now,
    ),
  });
  return 'undecided';
}
