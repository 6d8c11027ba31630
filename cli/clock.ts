import { type Clock, systemClock } from '../adapters/clock';
import { isLoopbackUrl } from '../adapters/outgoing/loopback';
import { SECOND_MS } from '../core/time';

const PATIENCE_MS = 2 * SECOND_MS;

/** A simulator on this machine has a clock of its own, which its whole sandbox goes by. */
export async function clockOf(graphUrl: string): Promise<Clock> {
  if (!isLoopbackUrl(graphUrl)) return systemClock;
  const answer = await fetch(`${graphUrl}/_sim/clock`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    .then(async (response) => (response.ok ? ((await response.json()) as { now?: unknown }) : null))
    .catch(() => null);
  const there = typeof answer?.now === 'string' ? Date.parse(answer.now) : Number(answer?.now ?? NaN);
  if (Number.isNaN(there)) return systemClock;
  const aheadMs = there - Date.now();
  return { now: () => Date.now() + aheadMs };
}
