import { type Span } from '../../../test/soak/checker/truth';
import { type Seen } from '../world/seen';
import { type AccountStory, asks, deathAt } from './account-story';

/**
 * What became of the uses. Nobody could have avoided those that failed because Instagram was away or at fault or nothing of
 * ours ran (`provider`), the first one after a grant was ended (`first`), and those while an owner who had been asked had
 * not come yet (`waiting`). Avoidable: the grant had been lost (`lost`), it was dead and nobody had been told (`silent`),
 * or it was alive (`alive`).
 */
export interface Uses {
  ok: number;
  provider: number;
  first: number;
  waiting: number;
  lost: number;
  silent: number;
  alive: number;
}

export const noUses = (): Uses => ({
  ...{ ok: 0, provider: 0, first: 0, waiting: 0, lost: 0, silent: 0, alive: 0 },
});

export const avoidable = ({ lost, silent, alive }: Uses): number => lost + silent + alive;

/** @param away times in which Instagram answered nobody, or nothing of ours ran */
export function countUses(story: AccountStory, away: readonly Span[], uses: Uses): void {
  /** Deaths whose first failed use has been. */
  const met = new Set<number>();
  for (const one of story.seen) {
    if (one.kind !== 'use') continue;
    uses[becameOf(story, one, away, met)] += 1;
  }
}

function becameOf(
  { grants, seen }: AccountStory,
  { outcome, beganAt, at }: Extract<Seen, { kind: 'use' }>,
  away: readonly Span[],
  met: Set<number>,
): keyof Uses {
  if (outcome === 'ok') return 'ok';
  if (outcome === 'provider' || outcome === 'unavailable') return 'provider';
  if (away.some(({ from, to }) => from <= at && beganAt < to)) return 'provider';
  const death = deathAt(grants, beganAt) ?? deathAt(grants, at);
  if (!death) return 'alive';
  if (death.why === 'lost' || death.why === 'dropped') return 'lost';
  const isFirst = !met.has(death.from);
  met.add(death.from);
  const wasTold =
    outcome === 'reconnect' || seen.some((one) => asks(one) && death.from <= one.at && one.at <= beganAt);
  if (wasTold) return 'waiting';
  return isFirst ? 'first' : 'silent';
}
