import { type Pool } from 'pg';
import { type Clock } from '../adapters/clock';
import { reasonOf } from '../adapters/error-reason';
import { type ProviderError } from '../adapters/instagram/provider-error';
import { type Logger } from '../adapters/logger';
import { addCalls } from '../adapters/postgres/incidents/provider-calls';
import { CALLS_EVERY_MS, type CallCount } from '../core/fleet/provider-status';
import { SECOND_MS } from '../core/time';

const SAVE_AFTER_MS = 2 * SECOND_MS;
/** While the database is away, this many counts are kept: an hour's. */
const MAX_KEPT = 12;

/** Counts calls to Instagram, and saves the counts a moment later, where all processes see them. Never throws. */
export function countProviderCalls(deps: { pool: Pool; clock: Clock; logger: Logger }, appId: string) {
  let counts = new Map<number, CallCount>();
  let saving: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  function add({ at, answered, unanswered }: CallCount): void {
    const count = counts.get(at) ?? { at, answered: 0, unanswered: 0 };
    counts.set(at, {
      at,
      answered: count.answered + answered,
      unanswered: count.unanswered + unanswered,
    });
    const [oldest] = counts.keys();
    if (counts.size > MAX_KEPT && oldest !== undefined) counts.delete(oldest);
    timer ??= setTimeout(() => void save(), SAVE_AFTER_MS).unref();
  }

  async function save(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    await saving;
    if (counts.size === 0) return;
    const saved = [...counts.values()];
    counts = new Map();
    saving = addCalls(deps.pool, { provider: 'instagram', appId }, saved).catch((error: unknown) => {
      deps.logger.warn({ reason: reasonOf(error) }, 'the counts of calls to Instagram were not saved');
      saved.forEach(add);
    });
    await saving;
  }

  return {
    /** @param error null: the call succeeded */
    note(error: ProviderError | null): void {
      const isUnanswered = error !== null && ['transient', 'app_level'].includes(error.failure.class);
      const now = deps.clock.now();
      add({
        at: now - (now % CALLS_EVERY_MS),
        answered: isUnanswered ? 0 : 1,
        unanswered: isUnanswered ? 1 : 0,
      });
    },
    /** Saves what is not saved yet. */
    save,
  };
}
