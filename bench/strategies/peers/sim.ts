import { DAY_MS, HOUR_MS } from '../../../core/time';
import { isRefused } from '../world/provider-call';
import { refresh } from './fresh-token';
import { type CreateStrategy } from './product';

const WINDOW_MS = 14 * DAY_MS;
const DEAD_FOR_MS = HOUR_MS;

/**
 * A token is refreshed when it is used with less than fourteen days left and its row was not changed for a day. One that
 * is still valid is used when that fails; one that has expired fails the use. After a final refusal nothing is asked for
 * an hour. Nobody is told; the owner sees the calls fail.
 *
 * Assumed in its favour: the proactive refresh of Instagram's tokens is there, which was lost and put back in 2026.
 * @see https://github.com/simstudioai/sim/blob/main/apps/sim/app/api/auth/oauth/utils.ts
 * @see https://github.com/simstudioai/sim/pull/5568
 * @see https://github.com/simstudioai/sim/pull/5690
 */
export const sim: CreateStrategy = () => {
  const deadSince = new Map<string, number>();
  return {
    connected: ({ account }) => void deadSince.delete(account),
    async beforeUse(product, row) {
      const now = product.now();
      const isDue = row.expiresAt - now < WINDOW_MS && now - row.updatedAt > DAY_MS;
      const hasExpired = now >= row.expiresAt;
      if (!isDue && !hasExpired) return;
      const isResting = now - (deadSince.get(row.account) ?? -Infinity) < DEAD_FOR_MS;
      if (!isResting) {
        const { answer, worked } = await refresh(product, row);
        if (worked) return;
        if (isRefused(answer)) deadSince.set(row.account, product.now());
      }
      if (hasExpired) throw new Error('no token');
    },
  };
};
