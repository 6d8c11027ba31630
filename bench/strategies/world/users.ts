import { DAY_MS } from '../../../core/time';
import { type Chance, chanceOf } from '../../../test/soak/chance';
import { type VirtualTime } from '../../../test/soak/schedule';
import { type Contestant } from '../contestant';
import { type SeenJournal } from './seen';

interface UserParts {
  time: VirtualTime;
  seen: SeenJournal;
  contestant: Contestant;
  isConnected: (account: string) => boolean;
  /** Whether nothing of ours runs. */
  isDown: () => boolean;
  seed: number;
}

/** How often a connection is used: its mean gap, and for how long nobody uses it in between. */
const HABITS = {
  busy: { gapMs: DAY_MS, activeMs: Infinity, idleMs: 0 },
  occasional: { gapMs: 5 * DAY_MS, activeMs: Infinity, idleMs: 0 },
  seasonal: { gapMs: DAY_MS, activeMs: 40 * DAY_MS, idleMs: 100 * DAY_MS },
};
const SHARES = { busy: 5, occasional: 3, seasonal: 2 };

/** Lets the accounts be used, at instants that nothing but the seed decides. */
export function useConnections(parts: UserParts, accounts: string[]): void {
  for (const [number, account] of accounts.entries()) {
    const chance = chanceOf(parts.seed, 'uses', number);
    const habit = HABITS[chance.weighted(SHARES)];
    let season = nextSeason(habit, parts.time.now() - chance.next() * habit.idleMs, chance);
    const next = (): void => {
      let waitMs = chance.exponential(habit.gapMs);
      if (parts.time.now() + waitMs > season.until) {
        season = nextSeason(habit, season.until, chance);
        waitMs = season.from - parts.time.now();
      }
      parts.time.after(waitMs, async () => {
        next();
        await use(parts, account);
      });
    };
    next();
  }
}

function nextSeason(
  { activeMs, idleMs }: (typeof HABITS)['busy'],
  after: number,
  chance: Chance,
): { from: number; until: number } {
  if (activeMs === Infinity) return { from: after, until: Infinity };
  const from = after + chance.between(0.7, 1.6) * idleMs;
  return { from, until: from + chance.between(0.5, 1.5) * activeMs };
}

async function use(
  { time, seen, contestant, isConnected, isDown }: UserParts,
  account: string,
): Promise<void> {
  if (!isConnected(account)) return;
  const beganAt = time.now();
  const outcome = isDown() ? 'unavailable' : await contestant.use(account);
  seen.add({ kind: 'use', at: time.now(), account, beganAt, outcome });
}
